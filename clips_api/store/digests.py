"""Digests: who was told of which week, and who wants to be. Each week is told once, whatever is killed when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, insert, select

from clips_api.store.database import Store
from clips_api.store.followup_tables import digest_choices as choices_table
from clips_api.store.followup_tables import digests as table
from clips_api.store.lesson_tables import assignments, attempts, quizzes


@dataclass(frozen=True)
class Digest:
    """One week of one person. `week`: the Monday on which it is told, of the seven days before."""

    person_id: int
    week: date
    made_at: datetime
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox names it."""
        return f"digest/{self.id}"


@dataclass(frozen=True)
class HandedIn:
    """A quiz that somebody handed in. `points` counts what is marked so far."""

    quiz_id: int
    title: str
    person_id: int
    points: float
    possible: float


def add(store: Store, connection: Connection, one: Digest) -> Digest | None:
    """Write one down; None where this person has one of that week."""
    values = {name: value for name, value in vars(one).items() if name != "id"}
    added = store.insert_new(table, [values], ["person_id", "week"]).returning(*table.c)
    row = connection.execute(added).one_or_none()
    return Digest.from_row(row) if row is not None else None


def get(store: Store, number: int) -> Digest | None:
    """One by number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
        return Digest.from_row(row) if row is not None else None


def told(store: Store, weeks: Collection[date]) -> set[tuple[int, date]]:
    """Who was told of these weeks."""
    with store.read() as connection:
        rows = connection.execute(select(table.c.person_id, table.c.week).where(table.c.week.in_(list(weeks))))
        return {(row.person_id, row.week) for row in rows}


def choices(store: Store) -> dict[int, bool]:
    """Who chose to get one, or not to."""
    with store.read() as connection:
        return {row.person_id: row.wanted for row in connection.execute(select(choices_table))}


def choose(store: Store, person: int, *, wanted: bool) -> None:
    """Keep what somebody chose."""
    with store.write() as connection:
        connection.execute(delete(choices_table).where(choices_table.c.person_id == person))
        connection.execute(insert(choices_table).values(person_id=person, wanted=wanted))


def handed_in(store: Store, since: datetime, until: datetime) -> list[HandedIn]:
    """The attempts at quizzes that were handed in within a time, by quiz."""
    wanted = (
        select(quizzes.c.id, quizzes.c.title, assignments.c.person_id, attempts.c.points, attempts.c.possible)
        .join(assignments, assignments.c.id == attempts.c.assignment_id)
        .join(quizzes, quizzes.c.id == assignments.c.quiz_id)
        .where(attempts.c.submitted_at >= since, attempts.c.submitted_at < until)
        .order_by(quizzes.c.title, quizzes.c.id, attempts.c.id)
    )
    with store.read() as connection:
        return [HandedIn(row[0], row[1], row[2], row[3] or 0.0, row[4] or 0.0) for row in connection.execute(wanted)]
