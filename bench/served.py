"""The API over an index that stands, without anybody who indexes: `python -m bench.served DATA PORT`."""

from __future__ import annotations

import sys
import threading
import time
from itertools import count
from pathlib import Path

import uvicorn

from bench import many_calls
from clips_api.app import create_app
from clips_api.index import writer
from clips_api.index.rows import rows_of
from clips_api.indexer import Indexer
from pipeline.settings import Settings

FIRST = 10_000_000  # the number of the first call that is added
TOGETHER = 32
PAUSE = 0.3  # seconds between transactions


def _not(indexer: Indexer) -> None:
    """Start nothing."""


def main(data: str, port: int) -> None:
    """Serve until killed; POST /adding has clips added, POST /added ends it and says how many a second."""
    Indexer.start = _not  # type: ignore[method-assign]  # there are no documents
    app = create_app(Settings(data=Path(data)))
    added, stopped, began = [0], threading.Event(), [0.0]

    def add() -> None:
        began[0] = time.monotonic()
        for first in count(FIRST, TOGETHER):
            if stopped.wait(PAUSE):
                return
            rows = [rows_of(one) for one in many_calls.calls(first, TOGETHER)]
            writer.replace(app.state.parts.database, [str(one.call["recording_id"]) for one in rows], rows)
            added[0] += sum(len(one.entries) for one in rows)

    @app.post("/adding")
    def adding() -> None:
        threading.Thread(target=add, daemon=True).start()

    @app.post("/added")
    def ended() -> float:
        stopped.set()
        return added[0] / (time.monotonic() - began[0]) if began[0] else 0.0

    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
