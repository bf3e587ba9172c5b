"""The worker's sending by itself, without what hears: `python -m tests.sender DATA`, until it is killed."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

from pipeline import notify, settings
from pipeline.client import Client
from pipeline.errors import NotRunning
from pipeline.library import Library
from pipeline.sending import Sending

LEASE_S = 2.0  # short, as the tests wait for it
LOOK_S = 0.05


def main(data: Path) -> None:
    """Send what is due, for ever."""
    conf = settings.load(data)
    library = Library(conf.data)
    sending = Sending(lambda: Client(library), notify.enabled(conf), lease_s=LEASE_S)
    while True:
        with suppress(NotRunning):
            sending.send_due()
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
