"""Puts a call's rows in place of its old ones, its words first: a row says that its clip is there.

All rows land in one transaction, so each clip stands exactly once. What a crash leaves of the words alone has no rows,
is not shown, and is replaced when the call is indexed again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import duckdb

from clips_api.index.database import Database
from clips_api.index.queries import statements
from clips_api.index.rows import Rows
from clips_api.index.sheets import SPANS, numbered
from clips_api.index.wordindex import Entry

TABLES = ("calls", "files", "tags", "steps", "clips")
_A_MILLISECOND = 1 << 14  # sheets: more than are written in one


def replace(database: Database, ids: Sequence[str], rows: Iterable[Rows]) -> None:
    """Drop all rows of these calls, then add the ones given; a call without rows is gone."""
    made = list(rows)
    with database.write() as change:
        cursor = change.cursor
        sheets = list(_sheets(made))
        change.words.replace(ids, sheets)
        held = [row[0] for row in cursor.execute(statements()["held"].sql, {"ids": list(ids)}).fetchall()]
        for table in TABLES if held else ():
            cursor.execute(statements()[f"drop_{table}"].sql, {"ids": held})
        change.gone.update(row[0] // SPANS for row in (cursor.fetchall() if held else ()))  # of clips, the last table
        change.come.update(sheet for sheet, _ in sheets)
        _insert(cursor, "calls", [found.call for found in made])
        _insert(cursor, "files", [row for found in made for row in found.files])
        _insert(cursor, "tags", [row for found in made for row in found.tags])
        _insert(cursor, "steps", [row for found in made for row in found.steps])
        numbers = ((sheet * SPANS + at, entry) for sheet, entries in sheets for at, entry in enumerate(entries))
        _insert(cursor, "clips", [row | {"number": number} for number, entry in numbers for row in entry.rows])


def _sheets(made: Iterable[Rows]) -> Iterator[tuple[int, Sequence[Entry]]]:
    """Each call's spans, a sheet at a time.

    Their numbers are above all that were ever given, also by a process that crashed before it wrote the rows.
    """
    first = int(time.time() * 1000) * _A_MILLISECOND
    for found in made:
        for first, entries in numbered(first, found.entries):  # noqa: B020  it goes on from where the call before ended
            yield first, entries
        first += 1


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    """Add rows, as one JSON document of columns: DuckDB takes values one by one at a fifteenth of that speed."""
    if not rows:
        return
    types = cursor.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1", [table]
    ).fetchall()
    shape = {name: [[kind.removesuffix("[]")]] if "[]" in kind else [kind] for name, kind in types if name in rows[0]}
    names = ", ".join(shape)
    sql = f"INSERT INTO {table} ({names}) SELECT {', '.join(f'unnest(given.{name})' for name in shape)}"
    given = {name: [row[name] for row in rows] for name in shape}
    values = {"rows": json.dumps(given, default=_in_words), "shape": json.dumps(shape)}
    cursor.execute(f"{sql} FROM (SELECT from_json($rows::JSON, $shape) AS given)", values)


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of a row")
