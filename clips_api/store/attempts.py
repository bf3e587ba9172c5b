"""Attempts at a quiz, and the answers in them. What was handed in never changes, but for a manager's marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, insert, select, update

from clips_api.store.database import Store
from clips_api.store.lesson_tables import answers, assignments
from clips_api.store.lesson_tables import attempts as table
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Attempt:
    """One try. `points` and `possible` are None until it is handed in; `marked_at`: nothing waits for a manager."""

    id: int
    assignment_id: int
    quiz_version_id: int
    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: float | None
    possible: float | None
    marked_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def share(self) -> float:
        """Points of those possible, 0 to 1."""
        return (self.points or 0.0) / self.possible if self.possible else 0.0


@dataclass(frozen=True)
class Answer:
    """One answer. `right` is None until it is graded; of own words, `points` until a manager marks them."""

    id: int
    attempt_id: int
    question_id: str
    given: list[str]
    saved_at: datetime
    right: bool | None
    points: float | None
    comment: str
    marked_by: str | None
    marked_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001


@dataclass(frozen=True)
class Graded:
    """What a handed-in attempt comes to: (right, points) by question id, and how many points there are."""

    grades: Mapping[str, tuple[bool | None, float | None]]
    possible: float

    @property
    def points(self) -> float:
        return sum(points or 0.0 for _, points in self.grades.values())

    @property
    def whole(self) -> bool:
        """Whether nothing waits for a manager."""
        return all(points is not None for _, points in self.grades.values())


def of(store: Store, assignments: Collection[int]) -> dict[int, list[Attempt]]:
    """The attempts of some assignments, the first first."""
    wanted = select(table).where(table.c.assignment_id.in_(list(assignments))).order_by(table.c.number)
    found: dict[int, list[Attempt]] = {}
    with store.read() as connection:
        for row in connection.execute(wanted):
            found.setdefault(row.assignment_id, []).append(Attempt.from_row(row))
    return found


def handed_in(store: Store, assignments: Collection[int]) -> set[int]:
    """Which of some assignments were answered: an attempt was handed in, whether or not more are left."""
    return {number for number, tries in of(store, assignments).items() if any(one.submitted_at for one in tries)}


def get(store: Store, number: int) -> Attempt:
    """One by its id. Raises NotFound."""
    with store.read() as connection:
        return _one(connection, number)


def said(store: Store, attempts: Collection[int]) -> dict[int, dict[str, Answer]]:
    """The answers of some attempts, by question."""
    found: dict[int, dict[str, Answer]] = {}
    with store.read() as connection:
        for row in connection.execute(select(answers).where(answers.c.attempt_id.in_(list(attempts)))):
            found.setdefault(row.attempt_id, {})[row.question_id] = Answer.from_row(row)
    return found


def begin(store: Store, assignment: int, version: int, *, most: int, at: datetime) -> Attempt | None:
    """The attempt that is under way, else a new one; None where none is left. Twice at once makes one."""
    with store.write() as connection:
        connection.execute(select(assignments.c.id).where(assignments.c.id == assignment).with_for_update())
        last = connection.execute(
            select(table).where(table.c.assignment_id == assignment).order_by(table.c.number.desc()).limit(1)
        ).one_or_none()
        if last is not None and last.submitted_at is None:
            return Attempt.from_row(last)
        number = last.number + 1 if last is not None else 1
        if number > most:
            return None
        values = {"assignment_id": assignment, "quiz_version_id": version, "number": number, "started_at": at}
        return Attempt.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())


def save(store: Store, attempt: int, question: str, given: list[str], at: datetime) -> bool:
    """Keep an answer, or take it out where it is empty; False once the attempt was handed in."""
    with store.write() as connection:
        if _one(connection, attempt, hold=True).submitted_at is not None:
            return False
        key = {"attempt_id": attempt, "question_id": question}
        if given:
            values = key | {"given": given, "saved_at": at, "comment": ""}
            connection.execute(store.upsert(answers, values, ["attempt_id", "question_id"]))
        else:
            connection.execute(
                delete(answers).where(answers.c.attempt_id == attempt, answers.c.question_id == question)
            )
    return True


def hand_in(
    store: Store,
    attempt: int,
    grade: Callable[[dict[str, list[str]]], Graded],
    *,
    most: int,
    at: datetime,
    then: Callable[[Connection, Graded], object] | None = None,
) -> Attempt:
    """Grade what was answered; where nothing can get better, the assignment is finished. Again, it changes nothing.

    `then` happens in the same transaction, once.
    """
    with store.write() as connection:
        found = _one(connection, attempt, hold=True)
        if found.submitted_at is not None:
            return found
        rows = connection.execute(select(answers).where(answers.c.attempt_id == attempt)).all()
        graded = grade({row.question_id: row.given for row in rows})
        for row in rows:
            right, points = graded.grades.get(row.question_id, (None, 0.0))
            connection.execute(update(answers).where(answers.c.id == row.id).values(right=right, points=points))
        values = {"submitted_at": at, "points": graded.points, "possible": graded.possible}
        marked = {"marked_at": at if graded.whole else None}
        connection.execute(update(table).where(table.c.id == attempt).values(values | marked))
        if found.number >= most or graded.points == graded.possible:
            own = (assignments.c.id == found.assignment_id, assignments.c.finished_at.is_(None))
            connection.execute(update(assignments).where(*own).values(finished_at=at))
        if then is not None:
            then(connection, graded)
        return _one(connection, attempt)


def mark(
    store: Store,
    attempt: int,
    question: str,
    *,
    points: float,
    right: bool,
    comment: str,
    by: str,
    at: datetime,
    tell: Callable[[Connection], object],
) -> Attempt:
    """Give points to an answer in own words, or others than before; `tell` the rep once nothing waits any more.

    Raises NotFound for what was not handed in, or not answered.
    """
    with store.write() as connection:
        found = _one(connection, attempt, hold=True)
        key = (answers.c.attempt_id == attempt, answers.c.question_id == question)
        values = {"points": points, "right": right, "comment": comment, "marked_by": by, "marked_at": at}
        if found.submitted_at is None or not connection.execute(update(answers).where(*key).values(values)).rowcount:
            raise NotFound(f"answer to mark in attempt {attempt}")
        rows = connection.execute(select(answers.c.points).where(answers.c.attempt_id == attempt)).all()
        whole = all(row.points is not None for row in rows)
        total = sum(row.points or 0.0 for row in rows)
        marked_at = (found.marked_at or at) if whole else None
        connection.execute(update(table).where(table.c.id == attempt).values(points=total, marked_at=marked_at))
        if whole:
            tell(connection)
        return _one(connection, attempt)


def unmarked(store: Store) -> list[tuple[Attempt, Answer]]:
    """What waits for a manager, the oldest first."""
    waits = (table.c.submitted_at.is_not(None), answers.c.points.is_(None))
    wanted = select(answers.c.id, table.c.id).join(table, table.c.id == answers.c.attempt_id).where(*waits)
    with store.read() as connection:
        pairs = connection.execute(wanted.order_by(table.c.submitted_at, answers.c.id)).all()
        found = {row.id: Answer.from_row(row) for row in _some(connection, answers, [pair[0] for pair in pairs])}
        tried = {row.id: Attempt.from_row(row) for row in _some(connection, table, [pair[1] for pair in pairs])}
    return [(tried[attempt], found[answer]) for answer, attempt in pairs]


def _some(connection: Connection, of: Any, ids: Collection[int]) -> list[Row[Any]]:
    return list(connection.execute(select(of).where(of.c.id.in_(list(ids)))))


def _one(connection: Connection, number: int, *, hold: bool = False) -> Attempt:
    wanted = select(table).where(table.c.id == number)
    row = connection.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    if row is None:
        raise NotFound(f"attempt {number}")
    return Attempt.from_row(row)
