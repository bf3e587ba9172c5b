"""The index on disk: numbered editions, each a DuckDB file and a word index; a cursor a use, one writer at a time."""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from clips_api.index.queries import schema, statements
from clips_api.index.wordindex import WordIndex

SCHEMA = 6  # raise it when the tables, the fields of the word index, or what stands in their rows, change
FILE = "clips.duckdb"
WORDS = "words"
MEMORY = "512MB"
KEPT = 100  # answers that are remembered
log = logging.getLogger(__name__)

Row = dict[str, Any]

if find_spec("pandas") is None:
    # DuckDB looks for it at every value that it is given, 0.3 ms each time; this says once that it is not there
    sys.modules["pandas"] = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class Edition:
    """data/index/<n>: rows, and the words that find them.

    `sheets`: those of the spans that have rows. Asking DuckDB which of fifty numbers are there takes milliseconds.
    """

    home: Path
    connection: duckdb.DuckDBPyConnection
    words: WordIndex
    sheets: set[int] = field(default_factory=set)

    def rows(self, name: str, **values: Any) -> list[Row]:
        """Run a named statement and fetch all it gives."""
        statement = statements()[name]
        with self.connection.cursor() as cursor:
            return fetch(cursor, statement.sql, statement.bind(values))

    def sound(self) -> bool:
        """Whether its files are still there and answer."""
        try:
            return (self.home / FILE).exists() and self.words.sound() and bool(self.rows("complete"))
        except duckdb.Error:
            return False

    def close(self) -> None:
        with suppress(duckdb.Error):
            self.connection.close()
        self.words.close()


@dataclass(frozen=True)
class Change:
    """What a writer is given: a transaction of the rows, and the words that go before them; sheets that come and go."""

    cursor: duckdb.DuckDBPyConnection
    words: WordIndex
    come: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)


class Database:
    """The edition in force: the one with the highest number that is sound and made as today's would be.

    While one that was damaged is built again beside it, the old one serves, as far as it still answers.
    """

    def __init__(self, folder: Path, *, mask: bool = True) -> None:
        self.folder = folder
        self.mask = mask  # whether personal data is hidden in its rows; one made otherwise is built again
        self._writing = threading.Lock()
        self.edition = self._written = _open(folder, mask=mask)
        self._kept: dict[Hashable, list[Row]] = {}

    def rows(self, name: str, **values: Any) -> list[Row]:
        """Run a named statement and fetch all it gives."""
        edition = self.edition
        try:
            return edition.rows(name, **values)
        except duckdb.Error:
            if edition is self.edition:
                raise
        return self.rows(name, **values)  # another edition took its place while we read

    def kept(self, name: str, **values: Any) -> list[Row]:
        """The same of a statement that counts over many calls, remembered until the index changes."""
        kept, asked = self._kept, (name, *((key, _frozen(value)) for key, value in sorted(values.items())))
        found = kept.get(asked)
        if found is None:
            found = self.rows(name, **values)
            if len(kept) >= KEPT:
                kept.clear()
            kept[asked] = found
        return found

    def one(self, name: str, **values: Any) -> Row | None:
        """The first row of a named statement."""
        return next(iter(self.rows(name, **values)), None)

    def written(self, name: str, **values: Any) -> list[Row]:
        """The same of the edition that is being written, which may not be shown yet."""
        return self._written.rows(name, **values)

    @contextmanager
    def write(self) -> Iterator[Change]:
        """A transaction, alone: all of it lands or none."""
        with self._writing, self._written.connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                change = Change(cursor, self._written.words)
                yield change
                cursor.execute("COMMIT")
                self._kept = {}
                self._written.sheets.update(change.come)
                self._written.words.show()
                self._written.sheets.difference_update(change.gone)
            except BaseException:
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise

    def complete(self) -> bool:
        """Whether every call was indexed at least once since this edition was begun."""
        return self.edition is self._written and bool(self.rows("complete")[0]["complete"])

    def sound(self) -> bool:
        """Whether the edition that is written is still there and answers."""
        return self._written.sound()

    def replace(self) -> None:
        """Begin an empty edition beside one that was lost or damaged."""
        with self._writing:
            begun = self._written
            self._written = _make(self.folder / str(int(begun.home.name) + 1), mask=self.mask)
            if begun is not self.edition:  # it was never shown
                begun.close()
            if not _answers(self.edition):
                self._show()

    def finish(self) -> None:
        """Every call is in: say so, write all into the files proper, and show this edition."""
        with self._writing, self._written.connection.cursor() as cursor:
            cursor.execute(statements()["set_complete"].sql)
            with suppress(duckdb.TransactionException):  # somebody reads: it will be written another time
                cursor.execute("CHECKPOINT")
            if self.edition is not self._written:
                self._show()

    def close(self) -> None:
        """Close the files; nothing may use them afterwards."""
        with self._writing:
            for edition in {self.edition, self._written}:
                edition.close()

    def _show(self) -> None:
        old, self.edition = self.edition, self._written
        self._kept = {}
        old.close()
        _clear(self.folder, self.edition.home)


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[Row]:
    """Run one statement and give its rows by column name."""
    cursor.execute(sql, values)
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _frozen(value: Any) -> Hashable:
    """A value of a statement as it can be compared."""
    return tuple(value) if isinstance(value, list) else value


def _answers(edition: Edition) -> bool:
    """Whether an edition still finds and shows something, its files gone or not."""
    try:
        return edition.words.searcher().num_docs >= 0 and bool(edition.rows("any_clips"))
    except (duckdb.Error, ValueError):
        return False


def _open(folder: Path, *, mask: bool) -> Edition:
    folder.mkdir(parents=True, exist_ok=True)
    numbered = sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    for home in reversed(numbered):
        edition = _sound(home, mask=mask)
        if edition is not None:
            _clear(folder, home)
            return edition
    edition = _make(folder / str(int(numbered[-1].name) + 1 if numbered else 1), mask=mask)
    _clear(folder, edition.home)
    return edition


def _make(home: Path, *, mask: bool) -> Edition:
    """An empty edition; it counts as one only once its schema is written whole."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    words = WordIndex.begun(home / WORDS)
    connection = _connect(home)
    connection.execute("BEGIN")
    connection.execute(schema())
    connection.execute("INSERT INTO about VALUES (?, ?, false)", [SCHEMA, mask])
    connection.execute("COMMIT")
    connection.execute("CHECKPOINT")
    return Edition(home, connection, words)


def _clear(folder: Path, kept: Path) -> None:
    for other in folder.iterdir():
        if other != kept and other.name.isdigit():
            shutil.rmtree(other, ignore_errors=True)


def _sound(home: Path, *, mask: bool) -> Edition | None:
    """An edition that opens and has today's schema and setting, else None."""
    if not (home / FILE).is_file():
        return None
    connection = None
    try:
        connection = _connect(home)
        if [row[:2] for row in connection.execute("SELECT * FROM about").fetchall()] == [(SCHEMA, mask)]:
            connection.execute("SELECT max(stamp) FROM calls").fetchall()
            sheets = {row[0] for row in connection.execute(statements()["sheets"].sql).fetchall()}
            return Edition(home, connection, WordIndex.opened(home / WORDS), sheets)
        log.info("index %s has another schema or was made with another `mask`: building a new one", home.name)
    except (duckdb.Error, ValueError) as error:
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
