"""Lessons' versions, places and who has them, on both databases; two who write at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from clips_api.problems import Overtaken
from clips_api.store import assignments, learners, modules, people, places
from clips_api.store.assignments import Assignment
from clips_api.store.people import Person
from pipeline.errors import NotFound

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def text(words: str, key: str = "1") -> dict[str, str]:
    return {"id": key, "kind": "text", "title": "", "text": words}


def clip(call: str) -> dict[str, object]:
    return {"id": "2", "kind": "clip", "recording_id": call, "said": [{"speaker": "rep", "text": "x"}], "customer": "C"}


def save(store, module, *items, revision=None, at=LATER):
    return modules.save(store, module, items=list(items), quiz_id=None, seconds=9, revision=revision, by="Ola", at=at)


def make(store, *items) -> int:
    return modules.make(store, "Price", list(items), seconds=3, by="Dana", at=NOON)


def test_a_draft_is_changed_in_place_and_what_is_out_never(store):
    number = make(store, text("one"))
    first = modules.latest(store, number)
    assert (first.number, first.published_at, first.items) == (1, None, [text("one")])
    assert modules.published(store, number) is None
    draft = save(store, number, text("two"), revision=first.revision)
    assert (draft.id, draft.number, draft.by, draft.changed_at) == (first.id, 1, "Ola", LATER)
    out = modules.publish(store, number, revision=draft.revision, at=LATER)
    assert modules.published(store, number) == out == modules.publish(store, number, revision=None, at=LATER)
    new = save(store, number, text("three"))
    assert (new.number, modules.published(store, number).items) == (2, [text("two")])
    assert [one.number for one in modules.history(store, [number])[number]] == [2, 1]
    modules.drop_draft(store, number)
    assert modules.latest(store, number).items == [text("two")]
    with pytest.raises(Overtaken):
        save(store, number, text("four"), revision=new.revision)


def test_what_is_not_there_is_told(store):
    for ask in (modules.one, modules.latest, modules.version, modules.drop_draft):
        with pytest.raises(NotFound):
            ask(store, 7)
    for change in (
        lambda: save(store, 7, text("x")),
        lambda: modules.publish(store, 7, revision=None, at=NOON),
        lambda: modules.rename(store, 7, "x"),
        lambda: modules.put_away(store, 7, NOON),
    ):
        with pytest.raises(NotFound):
            change()


def test_of_two_who_save_at_once_one_is_told(store):
    number = make(store, text("one"))
    seen = modules.latest(store, number).revision

    def write(words: str) -> str:
        try:
            save(store, number, text(words), revision=seen)
        except Overtaken:
            return "told"
        return words

    with ThreadPoolExecutor(8) as pool:
        outcome = list(pool.map(write, "abcdefgh"))
    [kept] = [one for one in outcome if one != "told"]
    assert modules.latest(store, number).items == [text(kept)]


def test_words_are_forgotten_in_every_version_and_nothing_else(store):
    number = make(store, text("one"), clip("a" * 16), clip("b" * 16))
    modules.publish(store, number, revision=None, at=NOON)
    save(store, number, clip("a" * 16))
    assert [one.id for one in modules.holding(store, "a" * 16)] == [number]
    assert modules.forget_words(store, "a" * 16) == 2
    versions = modules.history(store, [number])[number]
    assert [[item.get("said") for item in one.items] for one in versions] == [
        [[]],
        [None, [], [{"speaker": "rep", "text": "x"}]],
    ]
    assert modules.forget_words(store, "c" * 16) == 0


def test_who_has_it_and_how_far_they_are(store):
    people.keep(store, [Person("Sam", "sam@example.com", "North")])
    [sam] = people.find(store)
    number, other = make(store, text("one")), make(store, text("two"))
    for each in (number, other):
        modules.publish(store, each, revision=None, at=NOON)
    with store.write() as connection:
        given = assignments.add(connection, Assignment(sam.id, "Dana", NOON, module_id=number))
        taken_back = assignments.add(connection, Assignment(sam.id, "Dana", NOON, module_id=number))
        assignments.add(connection, Assignment(sam.id, "Dana", NOON, module_id=other))
    assignments.revoke(store, taken_back.id, NOON)

    def state():
        [one] = learners.find(store, [number])
        return one.state, one.number, one.place

    assert state() == ("assigned", None, None)
    assignments.start(store, given.id, LATER)
    places.reach(store, given.id, 3, LATER)
    places.reach(store, given.id, 2, LATER)
    assert state() == ("started", 1, 3)
    assert places.place(store, given.id) == 3
    assignments.learned(store, given.id, LATER)
    assert state() == ("finished", 1, 3)
    assert learners.find(store, []) == []
