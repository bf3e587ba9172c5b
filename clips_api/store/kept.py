"""Kept clips: what stands in a collection, in which order, and why; with its words, so that it outlives its call."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from rapidfuzz import fuzz, process
from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from clips_api.problems import Overtaken
from clips_api.store.collections import touched, turn
from clips_api.store.database import Store
from clips_api.store.schema import collections
from clips_api.store.schema import kept_clips as table
from pipeline.errors import ExemplarError, NotFound

ALIKE = 90.0  # of 100: texts that are as like as this hold the same words, heard twice
FEWEST = 5  # words that a text needs to be recognised by them
HALF = 0.5  # of the shorter of two clips: from there on they are one
PUT_BACK = timedelta(days=1)  # how long a clip that was removed can be put back

Reason = Literal["same", "overlap", "words"]


@dataclass(frozen=True)
class Kept:
    """One clip in a collection. Seconds from the start of the recording; what was said as it was when it was kept."""

    collection_id: int
    clip_id: str
    recording_id: str
    start_s: float | None
    end_s: float | None
    why: str
    speaker: str
    quote: str
    reply: str | None
    reply_speaker: str | None
    tag: str | None
    rep: str | None
    customer: str | None
    started_at: str | None
    folded: str
    by: str
    at: datetime
    place: int = 0
    version: int = 1
    removed_at: datetime | None = None
    id: int | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**{name: value for name, value in row._mapping.items() if name != "title"})  # noqa: SLF001

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s if self.start_s is not None and self.end_s is not None else 0.0


@dataclass(frozen=True)
class Held:
    """A kept clip and the title of its collection; `reason`: why it is taken for another one, where that was asked."""

    clip: Kept
    title: str
    reason: Reason | None = None


class KeptAlready(ExemplarError):
    """This clip, or one with the same words, is in this collection already."""

    advice = "Keep it anyway, or choose another collection."

    def __init__(self, held: list[Held]) -> None:
        super().__init__("; ".join(f"“{one.title}”, number {one.clip.place}" for one in held))
        self.held = held


def add(store: Store, kept: Kept, *, anyway: bool = False) -> tuple[Kept, list[Held]]:
    """Put a clip at the end of its collection; the clip, and what is like it in other collections.

    Raises NotFound, and KeptAlready where one like it is in this collection: a very same one even with `anyway`.
    """
    with store.write() as connection:
        turn(connection, kept.collection_id)
        _purge(connection, kept.at)
        alike = _alike(connection, kept)
        here = [one for one in alike if one.clip.collection_id == kept.collection_id]
        if any(one.reason == "same" for one in here) or (here and not anyway):
            raise KeptAlready(here)
        connection.execute(delete(table).where(_is(kept.collection_id, kept.clip_id)))  # it had been removed
        values = asdict(replace(kept, place=len(_order(connection, kept.collection_id)) + 1))
        del values["id"]
        row = connection.execute(insert(table).values(values).returning(*table.c)).one()
        touched(connection, kept.collection_id, kept.at)
    return Kept.from_row(row), [one for one in alike if one not in here]


def find(store: Store, collection: int) -> list[Kept]:
    """What a collection holds, in its order."""
    wanted = select(table).where(_in(collection)).order_by(table.c.place, table.c.id)
    with store.read() as connection:
        return [Kept.from_row(row) for row in connection.execute(wanted)]


def holding(store: Store, *, clips: Several[str] = (), call: str | None = None) -> list[Held]:
    """Where some clips, or the clips of a call, are kept; collections in the order of their titles."""
    wanted = _titled().where(table.c.clip_id.in_(list(clips)) if call is None else table.c.recording_id == call)
    with store.read() as connection:
        rows = connection.execute(wanted.order_by(collections.c.title, collections.c.id, table.c.place))
        return [Held(Kept.from_row(row), row.title) for row in rows]


def explain(store: Store, collection: int, clip: str, why: str, *, version: int | None, at: datetime) -> None:
    """Say why a clip is strong. Raises NotFound, and Overtaken where somebody else said so since `version`."""
    with store.write() as connection:
        turn(connection, collection)
        present = _present(connection, collection, clip)
        if version is not None and version != present.version:
            raise Overtaken(f"clip {clip}")
        values = {"why": why, "version": present.version + 1}
        connection.execute(update(table).where(table.c.id == present.id).values(values))
        touched(connection, collection, at)


def move(store: Store, collection: int, clip: str, place: int, *, at: datetime) -> None:
    """Move a clip to a place in the order, 1 the first; beyond the end is last. Raises NotFound."""
    with store.write() as connection:
        turn(connection, collection)
        present = _present(connection, collection, clip)
        _number(connection, _order(connection, collection), present.id, place)
        touched(connection, collection, at)


def remove(store: Store, collection: int, clip: str, *, at: datetime) -> None:
    """Take a clip out; for a day it can be put back. Raises NotFound."""
    with store.write() as connection:
        turn(connection, collection)
        present = _present(connection, collection, clip)
        connection.execute(update(table).where(table.c.id == present.id).values(removed_at=at))
        _number(connection, _order(connection, collection))
        _purge(connection, at)
        touched(connection, collection, at)


def put_back(store: Store, collection: int, clip: str, *, at: datetime) -> None:
    """Put a clip back where it was. Raises NotFound where it was not removed, or too long ago."""
    with store.write() as connection:
        turn(connection, collection)
        _purge(connection, at)
        removed = table.c.removed_at.is_not(None)
        row = connection.execute(select(table.c.id, table.c.place).where(_is(collection, clip), removed)).one_or_none()
        if row is None:
            raise NotFound(f"clip {clip} among what was removed from collection {collection}")
        others = _order(connection, collection)
        connection.execute(update(table).where(table.c.id == row.id).values(removed_at=None))
        _number(connection, [*others, (row.id, row.place)], row.id, row.place)
        touched(connection, collection, at)


def forget_words(store: Store, call: str) -> int:
    """Blank what was said, and who the customer was, in every kept clip of a call; how many there were."""
    blank = {"quote": "", "reply": None, "customer": None, "folded": ""}
    with store.write() as connection:
        return connection.execute(update(table).where(table.c.recording_id == call).values(blank)).rowcount


def _titled() -> Any:
    return select(table, collections.c.title).join(collections).where(table.c.removed_at.is_(None))


def _in(collection: int) -> Any:
    return (table.c.collection_id == collection) & table.c.removed_at.is_(None)


def _is(collection: int, clip: str) -> Any:
    return (table.c.collection_id == collection) & (table.c.clip_id == clip)


def _present(connection: Connection, collection: int, clip: str) -> Row[Any]:
    wanted = select(table).where(_is(collection, clip), table.c.removed_at.is_(None))
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"clip {clip} in collection {collection}")
    return row


def _order(connection: Connection, collection: int) -> list[tuple[int, int]]:
    """The rows of a collection in their order: id and place."""
    wanted = select(table.c.id, table.c.place).where(_in(collection)).order_by(table.c.place, table.c.id)
    return [(row.id, row.place) for row in connection.execute(wanted)]


def _number(connection: Connection, order: list[tuple[int, int]], moved: int = 0, place: int = 0) -> None:
    """Number the rows from 1 on, one of them moved to a place."""
    ids = [number for number, _ in order if number != moved]
    if moved:
        ids.insert(max(0, place - 1), moved)
    were = dict(order)
    for now, number in enumerate(ids, 1):
        if were[number] != now:
            connection.execute(update(table).where(table.c.id == number).values(place=now))


def _purge(connection: Connection, at: datetime) -> None:
    """What was removed long ago is gone for good, its words with it."""
    connection.execute(delete(table).where(table.c.removed_at < at - PUT_BACK))


def _alike(connection: Connection, kept: Kept) -> list[Held]:
    """What is kept already of the same stretch, or with nearly the same words in another call."""
    wanted = _titled().where(or_(table.c.clip_id == kept.clip_id, table.c.recording_id == kept.recording_id))
    found = []
    for row in connection.execute(wanted):
        other = Kept.from_row(row)
        if other.clip_id == kept.clip_id:
            found.append(Held(other, row.title, "same"))
        elif _shared(kept, other) > HALF:
            found.append(Held(other, row.title, "overlap"))
    return sorted([*found, *_same_words(connection, kept)], key=lambda one: (one.title, one.clip.place))


def _shared(one: Kept, other: Kept) -> float:
    """How much of the shorter of two clips lies in the other, 0 to 1."""
    if one.start_s is None or one.end_s is None or other.start_s is None or other.end_s is None:
        return 0.0
    both = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return max(0.0, both) / max(0.001, min(one.seconds, other.seconds))


def _same_words(connection: Connection, kept: Kept) -> list[Held]:
    """Clips of other calls with nearly these words: lengths that can't be are left out by the database."""
    if len(kept.folded.split()) < FEWEST:
        return []
    size = len(kept.folded)
    reach = func.length(table.c.folded).between(size * ALIKE / (200 - ALIKE), size * (200 - ALIKE) / ALIKE)
    rows = list(connection.execute(_titled().where(table.c.recording_id != kept.recording_id, reach)))
    texts = [row.folded for row in rows]
    alike = process.extract(kept.folded, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
    return [Held(Kept.from_row(rows[number]), rows[number].title, "words") for _, _, number in alike]
