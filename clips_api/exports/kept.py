"""What people kept, agreed to and judged, as tables. Of calls that somebody does not see, they are given nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select

from clips_api import rights
from clips_api.deps import Parts
from clips_api.exports.sheet import Sheet
from clips_api.store import consents as agreements
from clips_api.store.coaching_tables import consents
from clips_api.store.followup_tables import wins
from clips_api.store.schema import collections, judgements, kept_clips

Row = Sequence[Any]


def _collections(_: Parts, __: frozenset[int]) -> Select[Any]:
    c = collections.c
    return select(c.id, c.title, c.purpose, c.review_on, c.by, c.created_at, c.changed_at).order_by(c.id)


def _kept(parts: Parts) -> Iterator[Row]:
    c = kept_clips.c
    columns = (
        c.collection_id, c.place, c.clip_id, c.recording_id, c.start_s, c.end_s, c.tag, c.rep, c.customer, c.speaker,
        c.quote, c.reply, c.why, c.by, c.at,
    )  # fmt: skip
    wanted = select(*columns).where(c.removed_at.is_(None)).order_by(c.collection_id, c.place, c.id)
    rows = _rows(parts, wanted)
    seen = _seen(parts, rows)
    yield from (row for row in rows if row[3] in seen or agreements.agreed(parts.store, row[2]))


def _judgements(parts: Parts) -> Iterator[Row]:
    c = judgements.c
    columns = (
        c.id, c.recording_id, c.kind, c.tag, c.rule, c.speaker, c.quote, c.start_s, c.end_s, c.playbook, c.right,
        c.by, c.at,
    )  # fmt: skip
    rows = _rows(parts, select(*columns).order_by(c.id))
    seen = _seen(parts, rows, place=1)
    yield from (row for row in rows if row[1] in seen)


def _consents(parts: Parts) -> Iterator[Row]:
    c = consents.c
    columns = (
        c.id, c.recording_id, c.clip_id, c.person_id, c.rep, c.quote, c.asked_by, c.asked_at, c.agreed,
        c.answered_by, c.answered_at,
    )  # fmt: skip
    rows = _rows(parts, select(*columns).order_by(c.id))
    seen = _seen(parts, rows, place=1)
    yield from (row for row in rows if row[1] in seen)


def _wins(parts: Parts) -> Iterator[Row]:
    c = wins.c
    columns = (c.id, c.recording_id, c.clip_id, c.person_id, c.rep, c.tag, c.why, c.by, c.at)
    rows = _rows(parts, select(*columns).order_by(c.id))
    seen = _seen(parts, rows, place=1)
    yield from (row for row in rows if row[1] in seen)


def _rows(parts: Parts, wanted: Select[Any]) -> list[Row]:
    with parts.store.read() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def _seen(parts: Parts, rows: Sequence[Row], place: int = 3) -> set[str]:
    """The calls among these that somebody sees; whoever sees all sees those that were deleted since, too."""
    ids = {row[place] for row in rows}
    return ids if parts.viewer.sees_all else rights.those_seen(parts, ids)


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "collections",
        "The library's collections",
        ("id", "title", "purpose", "review_on", "by", "created_at", "changed_at"),
        frozenset({"title", "purpose"}),
        _collections,
    ),
    Sheet(
        "kept",
        "The clips in them, with why each is strong",
        ("collection_id", "place", "clip_id", "recording_id", "start_s", "end_s", "tag", "rep", "customer",
         "speaker", "quote", "reply", "why", "by", "at"),
        frozenset({"customer", "quote", "reply", "why"}),
        rows=_kept,
    ),
    Sheet(
        "consents",
        "Which rep agreed to which clip being shown",
        ("id", "recording_id", "clip_id", "person_id", "rep", "quote", "asked_by", "asked_at", "agreed",
         "answered_by", "answered_at"),
        frozenset({"quote"}),
        rows=_consents,
    ),
    Sheet(
        "wins",
        "Clips that went well, and why; whether their rep agreed stands in consents",
        ("id", "recording_id", "clip_id", "person_id", "rep", "tag", "why", "by", "at"),
        frozenset({"why"}),
        rows=_wins,
    ),
    Sheet(
        "judgements",
        "Which tags, suggestions and steps people found right or wrong",
        ("id", "recording_id", "kind", "tag", "rule", "speaker", "quote", "start_s", "end_s", "playbook", "right",
         "by", "at"),
        frozenset({"quote"}),
        rows=_judgements,
    ),
)  # fmt: skip
