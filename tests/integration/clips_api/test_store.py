"""People's records: the same tables from migrations as from the schema, on both databases; many writers; who wins."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from clips_api.store import judgements as said
from clips_api.store.database import NewerRecords, RecordsAway, Store
from clips_api.store.judgements import Judgement
from clips_api.store.schema import judgements as table
from clips_api.store.tables import metadata
from pipeline.errors import BadSettings

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)


def judgement(number: int = 0, **changes: object) -> Judgement:
    made = Judgement(
        recording_id=f"{number:016x}",
        kind="tag",
        tag="objection.price",
        sentence="4500",
        rule="no_budget: over budget",
        speaker="customer",
        quote="That is over budget.",
        start_s=4.5,
        end_s=5.5,
        turn=3,
        playbook="abc",
        right=True,
        by="manager",
        at=NOON,
    )
    return replace(made, **changes)


def test_the_migrations_make_what_the_schema_says(store):
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        inspector = inspect(connection)
        made = inspector.get_unique_constraints("judgements") + inspector.get_check_constraints("judgements")
        wanted = {str(rule.name) for rule in table.constraints if rule.name and not str(rule.name).startswith("pk")}
        assert wanted <= {str(rule["name"]) for rule in made}


def test_opening_again_changes_nothing(store):
    kept = said.judge(store, judgement())
    again = Store(store.engine.url.render_as_string(hide_password=False))
    assert said.find(again) == [kept]
    again.close()


def test_records_of_a_newer_version_are_refused(store):
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerRecords, match="9999"):
        store.migrate()


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        connection.execute(table.insert(), _values(judgement()))
        raise ZeroDivisionError
    assert said.find(store) == []
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(table.insert(), _values(judgement(kind="guess")))


def _values(one: Judgement) -> dict[str, object]:
    return {name: value for name, value in one.__dict__.items() if name != "id"}


def test_one_judgement_a_person_a_sentence(store):
    first = said.judge(store, judgement())
    later = said.judge(store, judgement(right=False, at=NOON + timedelta(hours=1)))
    assert later.id == first.id
    assert [(one.right, one.at) for one in said.find(store)] == [(False, NOON + timedelta(hours=1))]
    said.judge(store, judgement(by="somebody else"))
    said.judge(store, judgement(sentence="9000"))
    said.judge(store, judgement(tag="objection.need"))
    assert len(said.find(store)) == 4
    assert len(said.find(store, by="manager")) == 3
    assert len(said.find(store, tag="objection.need", calls=["0" * 16])) == 1
    assert said.find(store, calls=[]) == []
    assert said.remove(store, later.id) == later
    assert said.remove(store, later.id) is None
    assert len(said.find(store)) == 3


def test_the_last_word_counts_whoever_has_it(store):
    said.judge(store, judgement())
    said.judge(store, judgement(by="somebody else", right=False, at=NOON + timedelta(hours=1)))
    assert [one.right for one in said.latest(said.find(store)).values()] == [False]


def test_precision_by_rule_and_tag(store):
    for number in range(10):
        rule = "no_budget: over budget" if number < 6 else "no_budget: way over budget"
        said.judge(store, judgement(number, rule=rule, right=number % 2 == 0))
    said.judge(store, judgement(99, rule="steep: a bit steep"))
    said.judge(store, judgement(99, kind="suggestion", right=False))
    rules = said.tally(store)
    assert [(one.rule, one.judged, one.right) for one in rules] == [("no_budget", 10, 5), ("steep", 1, 1)]
    whole = said.by_tag(rules)["objection.price"]
    assert (whole.rule, whole.judged, whole.right, whole.doubtful) == (None, 11, 6, True)
    assert list(said.doubtful(store)) == ["objection.price"]
    assert said.tally(store, tag="objection.need") == []


@pytest.mark.parametrize(("judged", "right", "doubtful"), [(9, 0, False), (10, 8, False), (10, 7, True)])
def test_a_tag_is_doubted_from_ten_judgements_on_below_eighty_percent(judged, right, doubtful):
    assert said.Tally("objection.price", None, judged, right).doubtful is doubtful


def test_many_writers_at_once_lose_nothing(store):
    url = store.engine.url.render_as_string(hide_password=False)
    faults: list[BaseException] = []

    def write(person: int) -> None:
        own = Store(url)
        try:
            for number in range(12):
                said.judge(own, judgement(number, by=f"person {person}", right=bool(number % 3)))
                said.judge(own, judgement(500, by="all of us", right=bool(person % 2)))  # the same row for all
        except BaseException as error:
            faults.append(error)
        finally:
            own.close()

    writers = [threading.Thread(target=write, args=(person,)) for person in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    assert len(said.find(store)) == 6 * 12 + 1
    assert sum(one.judged for one in said.tally(store)) == 73


def test_many_starts_at_once_migrate_once(store):
    url = store.engine.url.render_as_string(hide_password=False)
    with store.write() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    faults: list[BaseException] = []

    def start() -> None:
        try:
            Store(url).close()
        except BaseException as error:
            faults.append(error)

    starts = [threading.Thread(target=start) for _ in range(5)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert faults == []
    assert said.find(store) == []


def test_sqlite_is_set_up_to_be_shared_and_to_keep_its_word(tmp_path):
    store = Store.at(tmp_path / "records.sqlite")
    with store.read() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "foreign_keys")]
    assert found == ["wal", 1]


def test_a_database_that_cannot_be_reached_is_told_as_such(tmp_path):
    with pytest.raises(RecordsAway):
        Store.at(tmp_path / "no such folder" / "records.sqlite")


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "oracle+nothing://x"])
def test_an_address_that_is_none_is_told_as_such(url, tmp_path):
    with pytest.raises(BadSettings, match="records_url"):
        Store.at(tmp_path / "records.sqlite", url)
