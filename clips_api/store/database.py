"""The database of people's records: opened, brought up to date, a transaction a use.

SQLite begins a transaction itself, so that changes of tables are part of one; who writes takes its turn at once
rather than half-way, and waits for others up to `PATIENCE`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError

from pipeline.errors import BadSettings, ExemplarError

PATIENCE = 10.0  # seconds a writer waits for another
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7203301  # names our migrations among PostgreSQL's advisory locks
_INSERT: dict[str, Callable[[Table], sqlite.Insert]] = {  # both speak of conflicts alike
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,  # type: ignore[dict-item]
}


class RecordsAway(ExemplarError):
    """The records of what people wrote can't be reached right now."""

    advice = "Try again in a moment; if it stays so, check the disk or records_url in exemplar.toml."


class NewerRecords(ExemplarError):
    """The records were written by a newer Exemplar than this one."""

    advice = "Start the newer one again, or restore a backup made before it."


class Store:
    """People's records at one address. Threads may share it."""

    def __init__(self, url: str, *, migrate: bool = True) -> None:
        self.engine = _engine(url)
        if migrate:
            self.migrate()

    @classmethod
    def at(cls, file: Path, url: str | None = None, *, migrate: bool = True) -> Store:
        """The database that `url` names, else the SQLite file; brought up to date unless it is to stay as it is."""
        return cls(url or f"sqlite:///{file}", migrate=migrate)

    @contextmanager
    def read(self, **options: Any) -> Iterator[Connection]:
        """A transaction that only reads. Raises RecordsAway."""
        with _reached(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it lands or none. Raises RecordsAway."""
        with _reached(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def upsert(self, table: Table, values: dict[str, Any], key: Sequence[str]) -> sqlite.Insert:
        """A statement that adds a row, or changes the one with this key."""
        insert = _INSERT[self.engine.dialect.name](table).values(values)
        return insert.on_conflict_do_update(
            index_elements=list(key), set_={name: value for name, value in values.items() if name not in key}
        )

    def insert_new(self, table: Table, values: Sequence[dict[str, Any]], key: Sequence[str]) -> sqlite.Insert:
        """A statement that adds rows and leaves alone those whose key is there already."""
        return _INSERT[self.engine.dialect.name](table).values(values).on_conflict_do_nothing(index_elements=list(key))

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables up to date, alone among all processes. Raises NewerRecords, RecordsAway."""
        with self.write() as connection:
            upgrade(connection, revision)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables up to date within a transaction, alone among all processes. Raises NewerRecords."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise NewerRecords(str(error)) from error


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise RecordsAway(str(error.orig)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise RecordsAway(str(error.orig)) from error
        raise


def _engine(url: str) -> Engine:
    try:
        where = make_url(url)
        if where.drivername in ("postgresql", "postgres"):
            where = where.set(drivername="postgresql+psycopg")
        if where.get_backend_name() not in _INSERT:
            raise BadSettings("records_url: it starts with sqlite:/// or postgresql://")
        if where.get_backend_name() == "postgresql":
            return create_engine(where, pool_pre_ping=True)
        engine = create_engine(where, connect_args={"timeout": PATIENCE})
    except ModuleNotFoundError as error:
        raise BadSettings(
            'records_url: PostgreSQL needs `.venv/bin/python -m pip install -e ".[postgresql]"`'
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise BadSettings("records_url: it is no address of a database") from error
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we begin transactions, not the driver
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
