"""The API over an index that stands, without anybody who indexes: `python -m bench.served DATA PORT`."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import uvicorn

from bench import many_calls
from clips_api.app import create_app
from clips_api.index import writer
from clips_api.index.database import Database
from clips_api.index.rows import rows_of
from clips_api.indexer import Indexer
from pipeline.settings import Settings

FIRST = 10_000_000  # the number of the first call that is added
TOGETHER = 32
PAUSE = 0.3  # seconds between transactions


def _not(indexer: Indexer) -> None:
    """Start nothing."""


def main(data: str, port: int) -> None:
    """Serve until killed; a line on its input has clips added, another ends that and has it say how many a second."""
    Indexer.start = _not  # type: ignore[method-assign]  # there are no documents
    app = create_app(Settings(data=Path(data)))

    def listen() -> None:
        while sys.stdin.readline():
            ended = threading.Event()
            with ThreadPoolExecutor(1) as other:
                added = other.submit(add, app.state.parts.database, ended)
                sys.stdin.readline()
                ended.set()
                print(added.result(), flush=True)

    threading.Thread(target=listen, daemon=True).start()
    uvicorn.run(app, port=port, log_level="warning")


def add(database: Database, ended: threading.Event) -> float:
    """Clips a second that could be added until it ended."""
    added, began = 0, time.monotonic()
    for first in count(FIRST, TOGETHER):
        if ended.wait(PAUSE):
            break
        rows = [rows_of(one) for one in many_calls.calls(first, TOGETHER)]
        writer.replace(database, [str(one.call["recording_id"]) for one in rows], rows)
        added += sum(len(one.entries) for one in rows)
    return added / (time.monotonic() - began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
