"""Pairs: who reviews whose call in a month, which call they were given for it, and the review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Row, or_, select, update

from clips_api import reaching
from clips_api.reaching import News
from clips_api.store.coaching_tables import pairs as table
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.errors import NotFound
from pipeline.library import now


@dataclass(frozen=True)
class Pair:
    """In `month` (as 2026-11) one reviews the other: the call that was given, in the note that was written."""

    month: str
    reviewer_id: int
    reviewed_id: int
    recording_id: str | None = None
    note_id: int | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox and the trail name it."""
        return f"pair/{self.id}"


def keep(store: Store, pairs: Iterable[Pair]) -> None:
    """Write pairs down; who reviews somebody in that month already goes on with them."""
    values = [{name: value for name, value in vars(one).items() if name != "id"} for one in pairs]
    if values:
        with store.write() as connection:
            connection.execute(store.insert_new(table, values, ["month", "reviewer_id"]))


def find(store: Store, *, month: str | None = None, person: int | None = None) -> list[Pair]:
    """Pairs of a month, of a person on either side."""
    wanted = select(table).order_by(table.c.month.desc(), table.c.id)
    if month is not None:
        wanted = wanted.where(table.c.month == month)
    if person is not None:
        wanted = wanted.where(or_(table.c.reviewer_id == person, table.c.reviewed_id == person))
    with store.read() as connection:
        return [Pair.from_row(row) for row in connection.execute(wanted)]


def one(store: Store, number: int) -> Pair:
    """One pair. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"pair {number}")
    return Pair.from_row(row)


def lend(store: Store, number: int, call: str | None, reviewer: Person | None) -> Pair:
    """The reviewed rep gives a call to be heard, or takes it back; the reviewer is told of it."""
    with store.write() as connection:
        changed = update(table).where(table.c.id == number).values(recording_id=call).returning(*table.c)
        row = connection.execute(changed).one_or_none()
        if row is None:
            raise NotFound(f"pair {number}")
        pair = Pair.from_row(row)
        if call is not None and reviewer is not None:
            news = News("review", pair.about, f"{pair.about}/{call}", {"pair": number})
            reaching.tell(store, connection, reviewer, news, now())
        return pair


def written(store: Store, number: int, note: int) -> None:
    """The review was begun."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == number).values(note_id=note))


def lent(store: Store, person: int, call: str) -> Pair | None:
    """The pair by which somebody was given a call to review; None where they were not."""
    wanted = select(table).where(table.c.reviewer_id == person, table.c.recording_id == call)
    with store.read() as connection:
        row = connection.execute(wanted.order_by(table.c.id.desc()).limit(1)).one_or_none()
    return Pair.from_row(row) if row is not None else None


def forget(store: Store, call: str) -> None:
    """A call is deleted: nobody can be given it."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.recording_id == call).values(recording_id=None))
