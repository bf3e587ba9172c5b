"""A process that asks for check-ins until it is done, and can be killed meanwhile: `python -m … DATA AT`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from clips_api import checkin
from clips_api.store.database import Store
from pipeline.library import Library
from pipeline.settings import Settings


def main() -> None:
    settings = Settings(data=Path(sys.argv[1]))
    library = Library(settings.data)
    parts: Any = SimpleNamespace(
        settings=settings, library=library, store=Store.at(library.records)
    )  # all that it needs
    print(checkin.ask(parts, datetime.fromisoformat(sys.argv[2])), flush=True)


if __name__ == "__main__":
    main()
