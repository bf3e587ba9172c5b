"""One DuckDB file: opened, thrown away when damaged, a cursor a use, one writer at a time."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from clips_api.index.queries import schema, statements

SCHEMA = 3  # raise it when the tables, or what stands in their rows, change
FILE = "clips.duckdb"
MEMORY = "768MB"
log = logging.getLogger(__name__)

Row = dict[str, Any]


class Database:
    """The index in force: data/index/<n>/clips.duckdb with the highest n that is sound and made as today's would be."""

    def __init__(self, folder: Path, *, mask: bool = True) -> None:
        self.folder = folder
        self.mask = mask  # whether personal data is hidden in its rows; one made otherwise is built again
        self._writing = threading.Lock()
        self._home, self._connection = _open(folder, mask=mask)

    def rows(self, name: str, **values: Any) -> list[Row]:
        """Run a named statement and fetch all it gives."""
        statement, connection = statements()[name], self._connection
        try:
            with connection.cursor() as cursor:
                return fetch(cursor, statement.sql, statement.bind(values))
        except duckdb.Error:
            if connection is self._connection:
                raise
        return self.rows(name, **values)  # the file was replaced while we read

    def one(self, name: str, **values: Any) -> Row | None:
        """The first row of a named statement."""
        return next(iter(self.rows(name, **values)), None)

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction, alone: all of it lands or none."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise

    def complete(self) -> bool:
        """Whether every call was indexed at least once since this file was made."""
        return bool(self.rows("complete")[0]["complete"])

    def sound(self) -> bool:
        """Whether the file is still there and answers."""
        try:
            return (self._home / FILE).exists() and bool(self.rows("complete"))
        except duckdb.Error:
            return False

    def replace(self) -> None:
        """Leave a file that was lost or damaged and start an empty one beside it."""
        with self._writing:
            old, home = self._connection, self.folder / str(int(self._home.name) + 1)
            self._home, self._connection = home, _make(home, mask=self.mask)
            with suppress(duckdb.Error):
                old.close()
            _clear(self.folder, home)

    def settle(self) -> None:
        """Write everything into the file proper."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def close(self) -> None:
        """Close the file; nothing may use it afterwards."""
        with self._writing:
            self._connection.close()


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[Row]:
    """Run one statement and give its rows by column name."""
    cursor.execute(sql, values)
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _open(folder: Path, *, mask: bool) -> tuple[Path, duckdb.DuckDBPyConnection]:
    folder.mkdir(parents=True, exist_ok=True)
    numbered = sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    for home in reversed(numbered):
        connection = _sound(home, mask=mask)
        if connection is not None:
            _clear(folder, home)
            return home, connection
    home = folder / str(int(numbered[-1].name) + 1 if numbered else 1)
    connection = _make(home, mask=mask)
    _clear(folder, home)
    return home, connection


def _make(home: Path, *, mask: bool) -> duckdb.DuckDBPyConnection:
    """An empty index; it counts as one only once its schema is written whole."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    connection = _connect(home)
    connection.execute("BEGIN")
    connection.execute(schema())
    connection.execute("INSERT INTO about VALUES (?, ?, false)", [SCHEMA, mask])
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    return connection


def _clear(folder: Path, kept: Path) -> None:
    for other in folder.iterdir():
        if other != kept and other.name.isdigit():
            shutil.rmtree(other, ignore_errors=True)


def _sound(home: Path, *, mask: bool) -> duckdb.DuckDBPyConnection | None:
    """A connection to an index that opens and has today's schema and setting, else None."""
    if not (home / FILE).is_file():
        return None
    connection = None
    try:
        connection = _connect(home)
        if [row[:2] for row in connection.execute("SELECT * FROM about").fetchall()] == [(SCHEMA, mask)]:
            connection.execute("SELECT max(stamp) FROM calls").fetchall()
            return connection
        log.info("index %s has another schema or was made with another `mask`: building a new one", home.name)
    except duckdb.Error as error:
        log.warning("index %s can't be read and is built again: %s", home.name, error)
    if connection is not None:
        with suppress(duckdb.Error):
            connection.close()
    return None


def _connect(home: Path) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_external_access": "false",
        "preserve_insertion_order": "false",
    }
    return duckdb.connect(str(home / FILE), config=settings)
