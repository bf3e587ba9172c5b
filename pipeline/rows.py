"""People's records as lines of JSON, whichever database they come from (clips_api/store/lines.py reads and writes it).

::

    {"format": 1, "revision": "0007", "tables": {"people": ["id", "name", …], …}}   the shape
    {"table": "people"}                                                           what follows are its rows
    [1, "Dana Whitfield", …]
    {"end": {"people": {"rows": 12, "sha256": "…"}, …}, "numbers": {"people": 14}}  how many, and the last numbers given
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from pipeline.errors import ExemplarError

FORMAT = 1


class BadBackup(ExemplarError):
    """This backup can't be used: it is damaged, incomplete or none at all."""

    permanent = True
    advice = "Use another backup. Nothing was changed."


class RecordsFailed(ExemplarError):
    """The records of what people wrote could not be read or written."""

    def __init__(self, said: bytes) -> None:
        """What the process that tried said last: what happened, and what to do."""
        *_, happened, advice = ["", "", *said.decode(errors="replace").strip().splitlines()]
        super().__init__(happened)
        self.advice = advice or "Check records_url, and that the database can be reached."


class Tally:
    """Counts the rows of each table, and hashes them in their order."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._hashes: dict[str, Any] = {}

    def begin(self, table: str) -> None:
        """A table begins; it may have no rows."""
        self._rows[table], self._hashes[table] = 0, sha256()

    def add(self, table: str, line: bytes) -> None:
        """One row as its line, without the line's end."""
        self._rows[table] += 1
        self._hashes[table].update(line + b"\n")

    def told(self) -> dict[str, dict[str, Any]]:
        """For each table how many rows, and the SHA-256 of their lines."""
        return {table: {"rows": rows, "sha256": self._hashes[table].hexdigest()} for table, rows in self._rows.items()}


def shape(line: bytes) -> dict[str, Any]:
    """The first line. Raises BadBackup where it is none that we can read."""
    found = _read(line)
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("tables"), dict):
        raise BadBackup("its records are in a form that this Exemplar doesn't know")
    return found


def rows(lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each row: its table, and its line. Raises BadBackup where the end is missing or says otherwise."""
    left = iter(lines)
    shape(next(left, b""))
    table, tally, end = "", Tally(), None
    for line in left:
        bare = line.rstrip(b"\n")
        if bare.startswith(b"["):
            tally.add(table, bare)
            yield table, bare
            continue
        mark = _read(bare)
        end = mark.get("end")
        if end is None:
            table = mark["table"]
            tally.begin(table)
    if end is None:
        raise BadBackup("its records have no end")
    wrong = [name for name, told in tally.told().items() if end.get(name) != told] or sorted({*end} - {*tally.told()})
    if wrong:
        raise BadBackup(f"rows are missing or changed in: {', '.join(wrong)}")


def check(lines: Iterable[bytes]) -> int:
    """How many rows there are, each looked at. Raises BadBackup."""
    return sum(1 for _ in rows(lines))


def _read(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadBackup("its records can't be read") from error
