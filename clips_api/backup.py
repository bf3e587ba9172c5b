"""People's records for `exemplar backup` and `exemplar restore`: over HTTP while Exemplar runs, else as a command.

`python -m clips_api.backup out --data DIR` writes them to standard output; `in FILE --data DIR` puts them into the
empty database of a data folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import inspect

from clips_api import audit
from clips_api.deps import Given
from clips_api.problems import RESPONSES
from clips_api.store import lines
from clips_api.store.database import Store
from pipeline import settings
from pipeline.errors import ExemplarError
from pipeline.library import Library

router = APIRouter(prefix="/api/v1/backup", tags=["backup"], responses=RESPONSES)
LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}}}
PIECE = 1 << 16  # bytes sent at a time


@router.get("/records", response_class=Response, responses=LINES)
def records(parts: Given) -> Response:
    """Every row of people's records as they are at this moment, a line of JSON each (docs/backup.md)."""
    audit.note(parts, "shared", "records", "a backup")
    return StreamingResponse(_pieces(lines.lines(parts.store)), media_type="application/x-ndjson")


def _pieces(given: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in given:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _out(store: Store) -> None:
    if not inspect(store.engine).has_table(lines.VERSION):
        store.migrate()  # nobody ever wrote anything
    for piece in _pieces(lines.lines(store)):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _in(store: Store, file: Path) -> None:
    def read() -> Iterator[bytes]:
        with file.open("rb") as given:
            yield from given

    lines.fill(store, read)


def main() -> int:
    """Do what the command line asks; an error is its sentence and its advice on standard error, a line each."""
    parser = argparse.ArgumentParser(prog="python -m clips_api.backup", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds everything")
    ways = parser.add_subparsers(dest="way", required=True)
    ways.add_parser("out")
    ways.add_parser("in").add_argument("file", type=Path)
    given = parser.parse_args()
    try:
        conf = settings.load(given.data)
        store = Store.at(Library(conf.data).records, conf.records_url, migrate=False)
        try:
            if given.way == "out":
                _out(store)
            else:
                _in(store, given.file)
        finally:
            store.close()
    except ExemplarError as error:
        sys.stderr.write(f"{error}\n{error.advice}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
