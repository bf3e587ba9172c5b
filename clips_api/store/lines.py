"""Every row of the records as lines of JSON (pipeline/rows.py draws them), and back, into either kind of database.

The database says itself which tables and columns it has, so that the records of an older version are read as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, cast, collate, insert, inspect, select, text
from sqlalchemy import types as kinds

from clips_api.store.database import Store, upgrade
from clips_api.store.tables import metadata
from pipeline.errors import BadInput, ExemplarError
from pipeline.rows import FORMAT, Tally, check, rows, shape

AT_ONCE = 1000  # rows
VERSION = "alembic_version"


class RecordsThere(BadInput):
    """The database holds records already."""

    advice = "Name an empty one with --records-url, or write `--records-url sqlite` to keep them in the data folder."


class NotTheSame(ExemplarError):
    """What was restored is not what was backed up."""

    permanent = True
    advice = "Nothing was kept of it. Please report this, with the table and row that it names."


def lines(store: Store) -> Iterator[bytes]:
    """All records as they are at one moment, while others go on writing. Raises RecordsAway."""
    level = {"isolation_level": "REPEATABLE READ"} if _is_postgresql(store) else {}
    with store.read(**level) as connection:
        yield from _lines(connection)


def fill(store: Store, read: Callable[[], Iterable[bytes]]) -> int:
    """Put records into an empty database, all or none, and compare every row with its line; how many there are.

    Raises RecordsThere, BadBackup, NewerRecords, NotTheSame.
    """
    check(read())
    with store.write() as connection:
        if inspect(connection).has_table(VERSION):
            raise RecordsThere(store.engine.url.render_as_string(hide_password=True))
        told = shape(next(iter(read()), b""))
        upgrade(connection, told["revision"])
        _insert(connection, told["tables"], read())
        _number(connection, _last(read())["numbers"])
        count = _compare(read(), _lines(connection))
        upgrade(connection)
    return count


def _lines(connection: Connection) -> Iterator[bytes]:
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    found = _tables(connection)
    yield _line({"format": FORMAT, "revision": revision, "tables": {one.name: list(one.c.keys()) for one in found}})
    tally = Tally()
    for table in found:
        yield _line({"table": table.name})
        tally.begin(table.name)
        writers = [_writer(column) for column in table.c]
        asked = select(*(_asked(connection, column) for column in table.c)).order_by(*_order(connection, table))
        for row in connection.execution_options(yield_per=AT_ONCE).execute(asked):
            line = _line([value and write(value) for write, value in zip(writers, row, strict=True)])
            tally.add(table.name, line[:-1])
            yield line
    yield _line({"end": tally.told(), "numbers": _numbers(connection, found)})


def _tables(connection: Connection) -> list[Table]:
    """The tables that are there and ours, those first that others point to."""
    there = MetaData()
    names = [name for name in inspect(connection).get_table_names() if name in metadata.tables]
    there.reflect(connection, only=names)
    for table in there.sorted_tables:
        for column in table.c:
            if isinstance(column.type, kinds.JSON):
                column.type.none_as_null = True
    return there.sorted_tables


def _order(connection: Connection, table: Table) -> list[Any]:
    """By the key, and words by their bytes: the same everywhere."""
    key = list(table.primary_key.columns) or list(table.columns)
    exact = connection.dialect.name == "postgresql"
    return [collate(one, "C") if exact and isinstance(one.type, kinds.String) else one for one in key]


def _asked(connection: Connection, column: Column[Any]) -> Any:
    """What is asked for: JSON as it is written, since null in it is not the same as no JSON."""
    if not isinstance(column.type, kinds.JSON):
        return column
    return cast(column, Text) if connection.dialect.name == "postgresql" else column.cast(Text)


def _writer(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, kinds.DateTime):
        return lambda at: (at.replace(tzinfo=at.tzinfo or UTC)).astimezone(UTC).isoformat()
    return date.isoformat if isinstance(column.type, kinds.Date) else lambda value: value


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, kinds.DateTime):
        return datetime.fromisoformat
    if isinstance(column.type, kinds.Date):
        return date.fromisoformat
    if isinstance(column.type, kinds.JSON):
        return lambda written: kinds.JSON.NULL if written == "null" else json.loads(written)
    return lambda value: value


def _insert(connection: Connection, columns: dict[str, list[str]], given: Iterable[bytes]) -> None:
    found = {table.name: table for table in _tables(connection)}
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for table in reversed(found.values()):  # what a migration put there is among the rows
        connection.execute(table.delete())
    for name, group in groupby(rows(given), key=itemgetter(0)):
        readers = [(key, _reader(found[name].c[key])) for key in columns[name]]
        while batch := list(islice(group, AT_ONCE)):
            connection.execute(insert(found[name]), [_values(readers, line) for _, line in batch])


def _values(readers: list[tuple[str, Callable[[Any], Any]]], line: bytes) -> dict[str, Any]:
    told = zip(readers, json.loads(line), strict=True)
    return {key: None if value is None else read(value) for (key, read), value in told}


def _compare(theirs: Iterable[bytes], ours: Iterable[bytes]) -> int:
    count, mine = 0, rows(ours)
    for table, line in rows(theirs):
        count += 1
        if next(mine, None) != (table, line):
            raise NotTheSame(f"{table}, row {json.loads(line)[0]}")
    if next(mine, None) is not None:
        raise NotTheSame("there are rows that were not backed up")
    return count


def _numbers(connection: Connection, tables: Iterable[Table]) -> dict[str, int]:
    """The last number that was given to a row of each table, be the row still there or not."""
    names = [table.name for table in tables]
    if connection.dialect.name == "sqlite":
        given = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {name: number for name, number in given if name in names}
    last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id')::regclass)")
    found = {table.name: connection.execute(last, {"name": table.name}).scalar() for table in tables if "id" in table.c}
    return {name: number for name, number in found.items() if number}


def _number(connection: Connection, numbers: dict[str, int]) -> None:
    """Go on counting where the others were: a number is never given twice."""
    for table in _tables(connection):
        key = list(table.primary_key.columns)
        if len(key) != 1 or not isinstance(key[0].type, kinds.Integer):
            continue
        top = connection.execute(text(f'SELECT max("{key[0].name}") FROM "{table.name}"')).scalar() or 0  # noqa: S608
        number = {"name": table.name, "number": max(numbers.get(table.name, 0), top)}
        if connection.dialect.name == "postgresql":
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": table.name, "key": key[0].name}
            ).scalar()
            if sequence and number["number"]:
                connection.execute(text("SELECT setval(:sequence, :number)"), {"sequence": sequence, **number})
        elif table.name in numbers:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), number)
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"), number)


def _last(given: Iterable[bytes]) -> Any:
    last = b"{}"
    for line in given:
        last = line
    return json.loads(last)


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _is_postgresql(store: Store) -> bool:
    return store.engine.dialect.name == "postgresql"
