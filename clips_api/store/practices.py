"""Practices: one or two questions that came back to somebody, behind a link. Its token is kept as a hash only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, case, func, insert, or_, select, update

from clips_api.store.database import Store
from clips_api.store.followup_tables import practice_questions as questions
from clips_api.store.followup_tables import practices as table
from clips_api.store.followup_tables import repetitions


@dataclass(frozen=True)
class Practice:
    """One link's worth. `seed`: what its token is made from, with the server's key."""

    person_id: int
    made_on: date  # on their own calendar: there is one a day
    made_at: datetime
    seed: str
    token_hash: str
    expires_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None  # every question was answered
    revoked_at: datetime | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox calls it."""
        return f"practice/{self.id}"

    def open(self, at: datetime) -> bool:
        """Whether something can be answered in it."""
        return self.finished_at is None and self.revoked_at is None and at < self.expires_at


@dataclass(frozen=True)
class Asked:
    """One question in it. `given` is None until it is answered."""

    practice_id: int
    repetition_id: int
    place: int
    given: list[str] | None = None
    right: bool | None = None
    answered_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001


@dataclass(frozen=True)
class Practised:
    """How often questions came back to somebody: asked, answered, answered rightly."""

    asked: int
    answered: int
    right: int


def add(store: Store, connection: Connection, one: Practice, repetitions: Collection[int]) -> Practice | None:
    """Write one down with its questions; None where this person has one of that day."""
    values = {name: value for name, value in vars(one).items() if name != "id"}
    added = store.insert_new(table, [values], ["person_id", "made_on"]).returning(*table.c)
    row = connection.execute(added).one_or_none()
    if row is None:
        return None
    places = [{"practice_id": row.id, "repetition_id": it, "place": n} for n, it in enumerate(repetitions, 1)]
    connection.execute(insert(questions), places)
    return Practice.from_row(row)


def get(connection: Connection, number: int) -> Practice | None:
    """One by number."""
    row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    return Practice.from_row(row) if row is not None else None


def of_token(connection: Connection, token_hash: str) -> Practice | None:
    """The one that a token belongs to, by its hash."""
    row = connection.execute(select(table).where(table.c.token_hash == token_hash)).one_or_none()
    return Practice.from_row(row) if row is not None else None


def find(store: Store, person: int) -> list[Practice]:
    """All of one person, the newest first."""
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.person_id == person).order_by(table.c.id.desc()))
        return [Practice.from_row(row) for row in rows]


def newest(store: Store, people: Collection[int]) -> dict[int, Practice]:
    """The newest of each of these people."""
    last = select(func.max(table.c.id)).where(table.c.person_id.in_(list(people))).group_by(table.c.person_id)
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.id.in_(last)))
        return {row.person_id: Practice.from_row(row) for row in rows}


def asked(connection: Connection, practices: Collection[int]) -> list[Asked]:
    """The questions of some, in order."""
    wanted = select(questions).where(questions.c.practice_id.in_(list(practices)))
    rows = connection.execute(wanted.order_by(questions.c.practice_id, questions.c.place))
    return [Asked.from_row(row) for row in rows]


def counts(store: Store, quiz: int) -> dict[int, Practised]:
    """What came back of a quiz, by the assignment that it came from; what was taken back unanswered is left out."""
    q, back = questions.c, repetitions.c
    right = func.count(case((q.right.is_(True), 1)))
    wanted = (
        select(back.assignment_id, func.count().label("asked"), func.count(q.answered_at).label("answered"), right)
        .join(repetitions, back.id == q.repetition_id)
        .join(table, table.c.id == q.practice_id)
        .where(back.quiz_id == quiz, or_(table.c.revoked_at.is_(None), q.answered_at.is_not(None)))
        .group_by(back.assignment_id)
    )
    with store.read() as connection:
        return {number: Practised(*many) for number, *many in connection.execute(wanted)}


def start(store: Store, number: int, at: datetime) -> None:
    """Start was pressed. Again, it changes nothing."""
    _set(store, number, at, started_at=at)


def revoke(store: Store, number: int, at: datetime) -> None:
    """Take it back: its link ends. Its questions come back in another one."""
    _set(store, number, at, revoked_at=at)


def answer(store: Store, one: Asked, *, asks: Collection[int], then: Callable[[Connection], object]) -> bool:
    """Keep an answer, the first one counts; `then` in the same transaction. False where it was answered before.

    The practice is finished once all that it `asks` is answered.
    """
    own = questions.c.practice_id == one.practice_id
    fresh = update(questions).where(
        own, questions.c.repetition_id == one.repetition_id, questions.c.answered_at.is_(None)
    )
    with store.write() as connection:
        connection.execute(select(table.c.id).where(table.c.id == one.practice_id).with_for_update())
        values = {"given": one.given, "right": one.right, "answered_at": one.answered_at}
        if not connection.execute(fresh.values(values)).rowcount:
            return False
        then(connection)
        left = select(questions.c.place).where(
            own, questions.c.answered_at.is_(None), questions.c.repetition_id.in_(list(asks))
        )
        if connection.execute(left.limit(1)).one_or_none() is None:
            ended = update(table).where(table.c.id == one.practice_id, table.c.finished_at.is_(None))
            connection.execute(ended.values(finished_at=one.answered_at))
    return True


def _set(store: Store, number: int, at: datetime, **values: datetime) -> None:
    with store.write() as connection:
        (name,) = values
        unset = (table.c.id == number, table.c[name].is_(None), table.c.finished_at.is_(None), table.c.expires_at > at)
        connection.execute(update(table).where(*unset).values(values))
