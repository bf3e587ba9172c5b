"""Puts a call's rows in place of its old ones: all in one transaction, so each clip stands exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from clips_api.index.database import Database
from clips_api.index.queries import statements
from clips_api.index.rows import Rows

TABLES = ("calls", "files", "tags", "clips")
AT_ONCE = 400  # rows an INSERT; one by one or with executemany DuckDB is slow


def replace(database: Database, ids: Sequence[str], rows: Iterable[Rows]) -> None:
    """Drop all rows of these calls, then add the ones given; a call without rows is gone."""
    made = list(rows)
    with database.write() as cursor:
        for table in TABLES:
            cursor.execute(statements()[f"drop_{table}"].sql, {"ids": list(ids)})
        _insert(cursor, "calls", [found.call for found in made])
        _insert(cursor, "files", [row for found in made for row in found.files])
        _insert(cursor, "tags", [row for found in made for row in found.tags])
        _insert(cursor, "clips", [row for found in made for row in found.clips])


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        columns = list(some[0])
        holes = f"({', '.join('?' * len(columns))})"
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([holes] * len(some))}"  # noqa: S608  our own names
        cursor.execute(sql, [row[column] for row in some for column in columns])
