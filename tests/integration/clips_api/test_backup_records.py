"""Every row of people's records as lines, and back: the same rows, numbers that go on, all or nothing."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import CheckConstraint, String, insert, select, text
from sqlalchemy import types as kinds

from clips_api.store import lines
from clips_api.store.coaching_tables import notes
from clips_api.store.database import NewerRecords, Store
from clips_api.store.schema import collections, people
from clips_api.store.tables import metadata
from pipeline.rows import BadBackup, check

AT = datetime(2026, 10, 5, 9, 30, 0, 120_500, tzinfo=UTC)
WORDS = 'Größe "1"\n\\ ✓ 💬'


def value(column, number):
    """Something for a column, different for each row."""
    if column.foreign_keys:
        return number
    if isinstance(column.type, kinds.JSON):
        return [{"text": WORDS, "n": number}, None]
    if isinstance(column.type, kinds.Boolean):
        return number % 2 == 0
    if isinstance(column.type, kinds.Date):
        return date(2026, 10, number)
    if isinstance(column.type, (kinds.Integer, kinds.Float)):
        return number if isinstance(column.type, kinds.Integer) else number / 3
    if isinstance(column.type, String):
        for one in column.table.constraints:
            told = (
                re.match(rf"{column.name} IN \('([\w ]+)'", str(one.sqltext))
                if isinstance(one, CheckConstraint)
                else None
            )
            if told:
                return told[1]
        return f"{number}{WORDS}" if column.type.length is None else f"{number}{column.name}"[: column.type.length]
    return AT + timedelta(days=number)


def fill_every_table(store: Store) -> None:
    """Three rows in each table, the last of them with nothing where nothing may stand."""
    with store.write() as connection:
        for table in metadata.sorted_tables:
            for number in (1, 2, 3):
                row = {
                    column.name: value(column, number)
                    for column in table.c
                    if number < 3 or not column.nullable or column.primary_key
                }
                connection.execute(insert(table).values(row))


def given(store: Store) -> list[bytes]:
    return list(lines.lines(store))


def fresh(tmp_path) -> Store:
    return Store.at(tmp_path / "restored.sqlite", migrate=False)


def test_every_row_of_every_table_comes_back(store, tmp_path):
    if store.engine.dialect.name == "sqlite":
        fill_every_table(store)
    else:
        with store.write() as connection:
            connection.execute(insert(people).values(name=WORDS, aliases=[WORDS]))
    before = given(store)
    restored = fresh(tmp_path)
    count = lines.fill(restored, lambda: before)
    assert count == check(before) >= (3 * len(metadata.tables) if store.engine.dialect.name == "sqlite" else 1)
    for table in metadata.tables.values():
        with store.read() as one, restored.read() as other:
            key = list(table.primary_key.columns)
            asked = select(table).order_by(*key)
            rows = [tuple(row) for row in one.execute(asked)]
            assert [tuple(row) for row in other.execute(asked)] == rows, table.name
    restored.close()


def test_sqlite_becomes_postgresql_and_back(postgres, tmp_path):
    first = Store.at(tmp_path / "records.sqlite")
    fill_every_table(first)
    before = given(first)
    moved = Store(postgres, migrate=False)
    try:
        lines.fill(moved, lambda: before)
        rows = [line for line in before if line.startswith(b"[")]
        there = given(moved)
        assert sorted(line for line in there if line.startswith(b"[")) == sorted(rows)
        with moved.write() as connection:  # numbers go on
            number = connection.execute(insert(people).values(name="New", aliases=[])).inserted_primary_key[0]
        assert number == 4
        with pytest.raises(lines.RecordsThere):
            lines.fill(moved, lambda: before)
        back = fresh(tmp_path)
        lines.fill(back, lambda: there)
        assert [line for line in given(back) if line.startswith(b"[")] == [x for x in there if x.startswith(b"[")]
        back.close()
    finally:
        with moved.write() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        moved.close()
        first.close()


def test_a_number_is_not_given_again_after_a_restore(tmp_path):
    store = Store.at(tmp_path / "records.sqlite")
    with store.write() as connection:
        for name in ("Dana", "Sam"):
            connection.execute(insert(people).values(name=name, aliases=[]))
        connection.execute(people.delete().where(people.c.name == "Sam"))
    restored = fresh(tmp_path)
    lines.fill(restored, lambda: given(store))
    with restored.write() as connection:
        assert connection.execute(insert(people).values(name="Mei", aliases=[])).inserted_primary_key == (3,)


def test_no_json_and_null_in_json_stay_apart(tmp_path):
    store = Store.at(tmp_path / "records.sqlite")
    fill_every_table(store)
    with store.write() as connection:
        connection.execute(notes.update().where(notes.c.id == 1).values(exemplar=None))  # null in JSON
        connection.execute(text("UPDATE notes SET exemplar = NULL WHERE id = 2"))
    restored = fresh(tmp_path)
    lines.fill(restored, lambda: given(store))
    with restored.read() as connection:
        raw = connection.execute(text("SELECT exemplar FROM notes ORDER BY id")).scalars().all()
    assert raw[:2] == ["null", None]


def test_it_is_one_moment_while_others_write(store):
    with store.write() as connection:
        connection.execute(insert(people), [{"name": f"Rep {n}", "aliases": []} for n in range(5)])
    reading = lines.lines(store)
    start = [next(reading)]  # the moment is the first look

    def write() -> None:
        with store.write() as connection:
            connection.execute(insert(people).values(name="Too late", aliases=[]))
            connection.execute(
                insert(collections).values(title="Late", purpose="", by="x", created_at=AT, changed_at=AT, version=1)
            )

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(10)
    assert not writer.is_alive()
    got = start + list(reading)
    assert check(got) == 5


def changed(found: list[bytes], what: str) -> list[bytes]:
    at = next(number for number, line in enumerate(found) if line.startswith(b"["))
    match what:
        case "a row is other":
            return [*found[:at], found[at].replace(b"Rep", b"Pep"), *found[at + 1 :]]
        case "a row is gone":
            return [*found[:at], *found[at + 1 :]]
        case "a row is twice":
            return [*found[: at + 1], *found[at:]]
        case "the end is gone":
            return found[:-1]
        case "no line":
            return []
    return [b"\x00 no JSON\n", *found[1:]]


@pytest.mark.parametrize(
    "what", ["a row is other", "a row is gone", "a row is twice", "the end is gone", "no line", "noise"]
)
def test_what_was_changed_is_not_restored(tmp_path, what):
    store = Store.at(tmp_path / "records.sqlite")
    with store.write() as connection:
        connection.execute(insert(people), [{"name": f"Rep {n}", "aliases": []} for n in range(3)])
    damaged = changed(given(store), what)
    restored = fresh(tmp_path)
    with pytest.raises(BadBackup):
        lines.fill(restored, lambda: damaged)
    with restored.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0


def test_records_of_a_newer_version_are_told_as_such(tmp_path):
    store = Store.at(tmp_path / "records.sqlite")
    shape, *rest = given(store)
    newer = json.dumps(json.loads(shape) | {"revision": "9999"}).encode()
    with pytest.raises(NewerRecords):
        lines.fill(fresh(tmp_path), lambda: [newer, *rest])


def test_records_of_an_older_version_are_brought_up_to_date(tmp_path):
    store = Store.at(tmp_path / "records.sqlite", migrate=False)
    store.migrate("0004")
    with store.write() as connection:
        connection.execute(text("INSERT INTO people (name, aliases) VALUES ('Dana', '[]')"))
    restored = fresh(tmp_path)
    assert lines.fill(restored, lambda: given(store)) == 1
    with restored.read() as connection:
        assert connection.execute(select(people.c.name, people.c.role)).all() == [("Dana", "rep")]


def test_over_http_for_admins_only_and_told(client, stranger):
    client.put("/api/v1/people", json={"people": [{"name": "Dana Whitfield", "role": "manager"}]}).raise_for_status()
    answer = client.get("/api/v1/backup/records")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert check(answer.content.splitlines(keepends=True)) >= 1
    assert b"Dana Whitfield" in answer.content
    assert stranger.get("/api/v1/backup/records").status_code == 401
    trail = client.get("/api/v1/audit").json()["items"]
    assert any((one["what"], one["about"]) == ("shared", "records") for one in trail)
