"""People's records as lines, for `exemplar backup` and `exemplar restore` where no Exemplar runs.

`python -m clips_api.store --data DIR out` writes them to standard output; `in FILE` puts them into an empty database.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect

from clips_api.store import lines
from clips_api.store.database import Store
from pipeline import settings
from pipeline.errors import ExemplarError
from pipeline.library import Library


def main() -> int:
    """Do what the command line asks; an error is its sentence and its advice on standard error, a line each."""
    parser = argparse.ArgumentParser(prog="python -m clips_api.store", description=__doc__)
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


def _out(store: Store) -> None:
    with store.read() as connection:
        new = not inspect(connection).has_table(lines.VERSION)
    if new:
        store.migrate()  # nobody ever wrote anything
    for line in lines.lines(store):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _in(store: Store, file: Path) -> None:
    def read() -> Iterator[bytes]:
        with file.open("rb") as given:
            yield from given

    lines.fill(store, read)


if __name__ == "__main__":
    sys.exit(main())
