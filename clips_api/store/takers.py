"""Who was given a quiz."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Row, select

from clips_api.store.database import Store
from clips_api.store.lesson_tables import assignments
from clips_api.store.schema import people

_OWN = ("person_id", "quiz_id", "quiz_version_id", "by", "made_at", "due_on", "started_at", "finished_at")


@dataclass(frozen=True)
class Taker:
    """One person with one quiz."""

    assignment: int
    person_id: int
    name: str
    team: str | None
    quiz_id: int
    quiz_version_id: int | None  # from the start on
    by: str
    made_at: datetime
    due_on: date | None
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


def find(store: Store, quiz: int | None = None, *, assignment: int | None = None) -> list[Taker]:
    """Whoever was given this quiz and has it still, alone or with a lesson, by name."""
    own: dict[str, Any] = {name: assignments.c[name] for name in _OWN}
    wanted = (
        select(assignments.c.id.label("assignment"), people.c.name, people.c.team, *own.values())
        .join(people, people.c.id == assignments.c.person_id)
        .where(assignments.c.revoked_at.is_(None), assignments.c.quiz_id.is_not(None))
        .order_by(people.c.name, assignments.c.id)
    )
    if quiz is not None:
        wanted = wanted.where(assignments.c.quiz_id == quiz)
    if assignment is not None:
        wanted = wanted.where(assignments.c.id == assignment)
    with store.read() as connection:
        return [Taker.from_row(row) for row in connection.execute(wanted)]
