"""Collections, kept clips and uses on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from clips_api.problems import Overtaken
from clips_api.store import collections, kept, uses
from clips_api.store.kept import Kept, KeptAlready
from pipeline.errors import NotFound

NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
WORDS = "look i like it but its way over what we budgeted for this year"


def clip(number: int, collection: int, **changes: object) -> Kept:
    call = f"{number:016x}"
    made = Kept(
        collection_id=collection,
        clip_id=f"{call}-1000-9000",
        recording_id=call,
        start_s=1.0,
        end_s=9.0,
        why="",
        speaker="customer",
        quote="Look, I like it.",
        reply=None,
        reply_speaker=None,
        tag="objection.price",
        rep="Sam",
        customer="Corbel",
        started_at="2026-11-12T12:00:00+00:00",
        folded=f"{number} " * 40,
        by="manager",
        at=NOON,
    )
    return replace(made, **changes)


@pytest.fixture
def shelf(store):
    return collections.make(store, "Price", purpose="", review_on=date(2026, 12, 1), by="manager", at=NOON)


def order(store, shelf):
    return [int(one.recording_id, 16) for one in kept.find(store, shelf)]


def test_order_removing_and_counts(store, shelf):
    for number in (1, 2, 3, 4):
        kept.add(store, clip(number, shelf))
    one, three = clip(1, shelf).clip_id, clip(3, shelf).clip_id
    kept.move(store, shelf, three, 1, at=NOON)
    assert order(store, shelf) == [3, 1, 2, 4]
    kept.remove(store, shelf, one, at=NOON)
    kept.move(store, shelf, three, 9, at=NOON)
    assert order(store, shelf) == [2, 4, 3]
    kept.put_back(store, shelf, one, at=NOON + timedelta(hours=1))
    assert order(store, shelf) == [2, 1, 4, 3]
    assert [held.place for held in kept.find(store, shelf)] == [1, 2, 3, 4]
    uses.note(store, "played", collection=shelf, clip=one, by="manager", at=NOON)
    uses.note(store, "attached", clip=three, by="manager", at=NOON)
    [found] = collections.find(store)
    assert (found.clips, found.seconds, found.uses, found.review_on) == (4, 32.0, 2, date(2026, 12, 1))
    assert found.changed_at == NOON + timedelta(hours=1)
    assert uses.counts(store, [one, three]) == {one: 1, three: 1}
    collections.remove(store, shelf)
    assert kept.holding(store, clips=[one]) == []
    with pytest.raises(NotFound):
        kept.add(store, clip(5, shelf))


def test_what_is_alike(store, shelf):
    kept.add(store, clip(1, shelf, folded=WORDS))
    with pytest.raises(KeptAlready) as noticed:
        kept.add(store, clip(2, shelf, folded=WORDS.replace("year", "month")))
    assert [one.reason for one in noticed.value.held] == ["words"]
    kept.add(store, clip(3, shelf, folded=WORDS + " and then something else entirely was said"))
    with pytest.raises(KeptAlready) as noticed:
        kept.add(store, clip(1, shelf, clip_id="x", start_s=4.0, end_s=12.0, folded=""))
    assert [one.reason for one in noticed.value.held] == ["overlap"]
    other = collections.make(store, "Other", by="manager", at=NOON)
    _, elsewhere = kept.add(store, clip(1, other, folded=WORDS))
    assert [(one.title, one.reason) for one in elsewhere] == [("Price", "same")]
    assert kept.forget_words(store, clip(1, shelf).recording_id) == 2
    assert [(one.quote, one.customer) for one in kept.find(store, other)] == [("", None)]


def test_old_versions_are_refused(store, shelf):
    kept.add(store, clip(1, shelf))
    name = clip(1, shelf).clip_id
    kept.explain(store, shelf, name, "mine", version=1, at=NOON)
    with pytest.raises(Overtaken):
        kept.explain(store, shelf, name, "theirs", version=1, at=NOON)
    collections.change(store, shelf, {"title": "Value"}, version=1, at=NOON)
    with pytest.raises(Overtaken):
        collections.change(store, shelf, {"title": "Cost"}, version=1, at=NOON)
    assert collections.one(store, shelf).title == "Value"
