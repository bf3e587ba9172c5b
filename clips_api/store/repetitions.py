"""Questions that come back to somebody, and when. A question of a quiz is there once for each person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, select, update

from clips_api.store.database import Store
from clips_api.store.followup_tables import repetitions as table
from clips_api.store.lesson_tables import assignments


@dataclass(frozen=True)
class Repetition:
    """How far one person is with one question: its rung, and the day on their calendar when it comes back."""

    person_id: int
    quiz_id: int
    quiz_version_id: int  # that was last taken
    assignment_id: int
    question_id: str
    rung: int
    due_on: date
    answered_at: datetime
    ended_at: datetime | None = None  # it comes back no more
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    def standing(self, rung: int, due_on: date, ended_at: datetime | None) -> Self:
        """The same at another place."""
        return replace(self, rung=rung, due_on=due_on, ended_at=ended_at)


def of(connection: Connection, person: int, quiz: int) -> dict[str, Repetition]:
    """What somebody has of a quiz, by question; held until the transaction ends."""
    wanted = select(table).where(table.c.person_id == person, table.c.quiz_id == quiz).with_for_update()
    return {row.question_id: Repetition.from_row(row) for row in connection.execute(wanted)}


def some(connection: Connection, ids: Collection[int]) -> dict[int, Repetition]:
    """These, by number."""
    rows = connection.execute(select(table).where(table.c.id.in_(list(ids))))
    return {row.id: Repetition.from_row(row) for row in rows}


def keep(store: Store, connection: Connection, one: Repetition) -> Repetition:
    """Write one down, in place of what was known of the question."""
    values = {name: value for name, value in vars(one).items() if name != "id"}
    written = store.upsert(table, values, ["person_id", "quiz_id", "question_id"])
    return Repetition.from_row(connection.execute(written.returning(*table.c)).one())


def due(store: Store, by: date) -> list[Repetition]:
    """What comes back on a day or came before, the longest due first; nothing of what was taken back."""
    wanted = select(table).join(assignments, assignments.c.id == table.c.assignment_id)
    ready = (table.c.due_on <= by, table.c.ended_at.is_(None), assignments.c.revoked_at.is_(None))
    with store.read() as connection:
        rows = connection.execute(wanted.where(*ready).order_by(table.c.due_on, table.c.rung, table.c.id))
        return [Repetition.from_row(row) for row in rows]


def end(store: Store, ids: Collection[int], at: datetime) -> None:
    """They come back no more."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id.in_(list(ids))).values(ended_at=at))
