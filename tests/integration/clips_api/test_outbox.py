"""The outbox: written once, leased to one at a time, sent once; and who may be told, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clips_api.store import outbox, people
from clips_api.store.database import Store
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from pipeline.errors import BadInput

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
ALL = {"channels": ["mail", "slack"], "linked": ["mail", "slack"]}


def entry(number: int = 0, **changes: object) -> Entry:
    made = Entry(
        "search",
        f"search/{number}",
        "mail",
        "dana@example.com",
        {"n": number},
        f"key {number}",
        f"id{number}",
        NOON,
        NOON,
    )
    return replace(made, **changes)


def put(store: Store, *entries: Entry) -> list[bool]:
    with store.write() as connection:
        return [outbox.write(store, connection, one) for one in entries]


def take(store: Store, who: str = "a", n: int = 10, at: datetime = NOON, **how: object) -> list[Entry]:
    return outbox.lease(store, n, who, 60, at=at, **ALL | how)


def test_the_same_cause_writes_one_row(store):
    assert put(store, entry(), entry(message_id="other"), entry(1)) == [True, False, True]
    assert [one.message_id for one in outbox.waiting(store)] == ["id0", "id1"]
    (first, _) = outbox.waiting(store)
    assert replace(first, id=0) == entry()


def test_nothing_is_written_where_its_cause_fails(store):
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        outbox.write(store, connection, entry())
        raise ZeroDivisionError
    assert outbox.waiting(store) == []


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(store):
    put(store, entry(), entry(1), entry(2, due_at=NOON + timedelta(seconds=1)))
    assert outbox.due(store, at=NOON, **ALL) == 2
    (one,) = take(store, n=1)
    assert (one.attempts, one.leased_by) == (1, "a")
    assert [other.dedupe for other in take(store, "b")] == ["key 1"]
    assert take(store, "c") == []
    later = NOON + timedelta(seconds=60)
    assert [(again.dedupe, again.attempts, again.message_id) for again in take(store, "c", at=later)] == [
        ("key 0", 2, "id0"), ("key 1", 2, "id1"), ("key 2", 1, "id2")
    ]  # fmt: skip


def test_sent_is_sent(store):
    put(store, entry())
    (one,) = take(store)
    assert outbox.sent(store, one.id, NOON)
    assert take(store, at=NOON + timedelta(days=9)) == []
    assert not outbox.failed(store, one.id, "a", "too late", retry_at=NOON, at=NOON)
    assert not outbox.again(store, one.id, NOON)
    assert not outbox.drop(store, one.id)
    assert outbox.last_sent(store, "search") == {"search/0": NOON}
    assert put(store, entry()) == [False]  # nor is it written anew


def test_what_failed_comes_back_when_it_is_due(store):
    put(store, entry())
    (one,) = take(store)
    assert not outbox.failed(store, one.id, "somebody else", "no", retry_at=NOON, at=NOON)
    assert outbox.failed(store, one.id, "a", "busy", retry_at=NOON + timedelta(minutes=5), at=NOON)
    assert take(store, at=NOON + timedelta(minutes=4)) == []
    (again,) = take(store, at=NOON + timedelta(minutes=5))
    assert (again.error, again.attempts) == ("busy", 2)
    assert outbox.failed(store, one.id, "a", "no such mailbox", retry_at=None, at=NOON)
    assert take(store, at=NOON + timedelta(days=9)) == []
    assert outbox.waiting(store)[0].given_up_at == NOON
    assert outbox.again(store, one.id, NOON)
    assert len(take(store)) == 1
    assert not outbox.again(store, one.id, NOON)  # it is just being sent


def test_a_late_word_that_it_was_sent_counts(store):
    put(store, entry())
    (one,) = take(store, "a")
    take(store, "b", at=NOON + timedelta(minutes=2))
    assert outbox.sent(store, one.id, NOON + timedelta(minutes=2))
    assert take(store, "c", at=NOON + timedelta(hours=1)) == []


def test_channels_and_links(store):
    put(store, entry(), entry(1, channel="slack", address="#deals"), entry(2, links=False))
    assert [one.dedupe for one in take(store, channels=["mail"], linked=[])] == ["key 2"]
    assert [one.dedupe for one in take(store, channels=["slack"], linked=["slack"])] == ["key 1"]
    assert take(store, channels=[], linked=[]) == []


def test_many_at_once_take_each_row_once(store):
    put(store, *(entry(number) for number in range(60)))
    url = store.engine.url.render_as_string(hide_password=False)
    taken: list[int] = []
    faults: list[BaseException] = []

    def work(who: str) -> None:
        own = Store(url)
        try:
            while found := take(own, who, 3):
                taken.extend(one.id for one in found)
                for one in found:
                    outbox.sent(own, one.id, NOON)
        except BaseException as error:
            faults.append(error)
        finally:
            own.close()

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert len(taken) == len(set(taken)) == 60


def test_what_waits_untouched_can_grow(store):
    put(store, entry())
    with store.write() as connection:
        found = outbox.open_about(connection, "search/0", "mail", "dana@example.com")
        outbox.change_open(connection, found, {"n": 7}, NOON + timedelta(minutes=1))
        assert outbox.open_about(connection, "search/0", "slack", "#deals") is None
    assert take(store) == []
    (one,) = take(store, at=NOON + timedelta(minutes=1))
    assert one.payload == {"n": 7}
    with store.write() as connection:
        assert outbox.open_about(connection, "search/0", "mail", "dana@example.com") is None
        outbox.drop_about(connection, "search/0")
    assert outbox.waiting(store) == []


# people


def test_teams_by_any_name(store):
    people.keep(store, [Person("Sam Ortega", "sam@example.com", "North", ("Sam",)), Person("Priya", team="north")])
    roster = people.roster(store)
    assert [roster.is_in(rep, "NORTH") for rep in ("sam", "SAM  ortega", "Elena", "Priya")] == [True, True, False, True]
    assert not roster.is_in("Sam", "South")
    assert [roster.team_of(rep) for rep in ("sam", "SAM  ortega", "Elena", "Priya")] == [
        "North",
        "North",
        None,
        "north",
    ]


def test_a_name_means_one_person(store):
    people.keep(store, [Person("Sam Ortega", "sam@example.com", aliases=("Sam",))])
    with pytest.raises(BadInput, match="would mean two people"):
        people.keep(store, [Person("Priya"), Person("Sam", "other@example.com")])
    assert len(people.find(store)) == 1
