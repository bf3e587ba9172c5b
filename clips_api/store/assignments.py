"""Assignments: who is given which lesson or quiz, and how far they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, select, update

from clips_api import reaching
from clips_api.quiet import Quiet
from clips_api.store.database import Store
from clips_api.store.lesson_tables import assignments as table
from clips_api.store.lesson_tables import attempts, module_versions, modules, quiz_versions, quizzes
from clips_api.store.people import Person
from clips_api.store.schema import people

PAUSE = timedelta(minutes=15)  # between the end of a lesson and the link to its quiz


@dataclass(frozen=True)
class Assignment:
    """One person is given a lesson (`module_id`), a quiz, or a lesson with its quiz."""

    person_id: int
    by: str
    made_at: datetime
    module_id: int | None = None
    quiz_id: int | None = None
    module_version_id: int | None = None  # from the start on: theirs stays
    quiz_version_id: int | None = None
    by_id: int | None = None
    message: str = ""
    due_on: date | None = None
    started_at: datetime | None = None  # Start was pressed
    learned_at: datetime | None = None  # the lesson's end was reached
    finished_at: datetime | None = None  # nothing is left to do
    revoked_at: datetime | None = None
    note_id: int | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox and the audit trail call it."""
        return f"assignment/{self.id}"

    @property
    def open(self) -> bool:
        """Whether something is left to do."""
        return self.finished_at is None and self.revoked_at is None


def add(connection: Connection, given: Assignment) -> Assignment:
    """Write one down."""
    values = {name: value for name, value in vars(given).items() if name != "id"}
    return Assignment.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())


def get(store: Store, number: int) -> Assignment | None:
    """One by number."""
    with store.read() as connection:
        return one(connection, number)


def one(connection: Connection, number: int) -> Assignment | None:
    """The same within a transaction."""
    row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    return Assignment.from_row(row) if row is not None else None


def find(
    store: Store, *, of: Collection[int] | None = None, unfinished: bool = False, most: int | None = 2000
) -> list[Assignment]:
    """Assignments of these people, of everybody where that is None; the newest first."""
    wanted = select(table).order_by(table.c.id.desc()).limit(most)
    if of is not None:
        wanted = wanted.where(table.c.person_id.in_(list(of)))
    if unfinished:
        wanted = wanted.where(_open())
    with store.read() as connection:
        return [Assignment.from_row(row) for row in connection.execute(wanted)]


def has_open(connection: Connection, person_id: int, module_id: int | None, quiz_id: int | None) -> bool:
    """Whether somebody has the same lesson, or the same quiz alone, and isn't through with it."""
    same = (
        table.c.module_id == module_id
        if module_id is not None
        else and_(table.c.module_id.is_(None), table.c.quiz_id == quiz_id)
    )
    found = select(table.c.id).where(table.c.person_id == person_id, same, _open())
    return connection.execute(found.limit(1)).one_or_none() is not None


def start(store: Store, number: int, at: datetime) -> Assignment | None:
    """Start was pressed: from now on they keep the versions that are published now. Again, it changes nothing."""
    with store.write() as connection:
        found = one(connection, number)
        if found is None or found.started_at is not None or not found.open:
            return found
        values = _pinned(connection, found) | {"started_at": at}
        connection.execute(update(table).where(table.c.id == number).values(values))
        return one(connection, number)


def learned(store: Store, number: int, at: datetime, quiet: Quiet | None = None) -> Assignment | None:
    """The lesson was read to its end: a link to its quiz follows in a while; without a quiz all is done.

    `quiet`: their quiet hours, where they are known: the row then says from the start when it goes out.
    """
    with store.write() as connection:
        found = one(connection, number)
        if found is None or found.learned_at is not None or not found.open:
            return found
        values = {"learned_at": at} | ({"finished_at": at} if found.quiz_version_id is None else {})
        connection.execute(update(table).where(table.c.id == number).values(values))
        if found.quiz_version_id is not None:
            news = reaching.News("quiz", found.about, f"quiz/{number}", {"assignment": number})
            reaching.tell(store, connection, whose(connection, found), news, at, after=PAUSE, quiet=quiet)
        return one(connection, number)


def finish(store: Store, number: int, at: datetime) -> Assignment | None:
    """Nothing is left to do."""
    return _set(store, number, finished_at=at)


def revoke(store: Store, number: int, at: datetime) -> Assignment | None:
    """Take it back: its links end. What is finished stays finished."""
    return _set(store, number, revoked_at=at)


def postpone(store: Store, number: int, due_on: date | None) -> Assignment | None:
    """Give another day by which it is due; None for no day."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == number, _open()).values(due_on=due_on))
        return one(connection, number)


def whose(connection: Connection, given: Assignment) -> Person:
    """Whom it is given to."""
    return Person.from_row(connection.execute(select(people).where(people.c.id == given.person_id)).one())


def titles(connection: Connection) -> tuple[dict[int, str], dict[int, str]]:
    """The titles of every lesson and of every quiz."""
    return (
        {number: title for number, title in connection.execute(select(modules.c.id, modules.c.title))},  # noqa: C416
        {number: title for number, title in connection.execute(select(quizzes.c.id, quizzes.c.title))},  # noqa: C416
    )


def givable(connection: Connection) -> list[tuple[str, int, str]]:
    """Everything that is published and in use: "module" or "quiz", its number, its title; by title."""
    found = []
    for kind, things, versions, key in (
        ("module", modules, module_versions, module_versions.c.module_id),
        ("quiz", quizzes, quiz_versions, quiz_versions.c.quiz_id),
    ):
        out = exists().where(key == things.c.id, versions.c.published_at.is_not(None))
        wanted = select(things.c.id, things.c.title).where(things.c.archived_at.is_(None), out)
        found += [(kind, row.id, row.title) for row in connection.execute(wanted)]
    return sorted(found, key=lambda one: (one[0], one[2].casefold()))


def quiz_begun(connection: Connection, number: int) -> bool:
    """Whether its quiz was begun."""
    found: bool | None = connection.scalar(select(exists().where(attempts.c.assignment_id == number)))
    return bool(found)


def published(connection: Connection, module_id: int | None, quiz_id: int | None) -> dict[str, int | None]:
    """The versions that hold now, and the quiz that comes with a lesson; None where nothing is published."""
    module_version, quiz = None, quiz_id
    if module_id is not None:
        newest = select(module_versions.c.id, module_versions.c.quiz_id).where(
            module_versions.c.module_id == module_id, module_versions.c.published_at.is_not(None)
        )
        row = connection.execute(newest.order_by(module_versions.c.number.desc()).limit(1)).one_or_none()
        module_version, quiz = (row.id, row.quiz_id) if row is not None else (None, None)
    newest_quiz = select(quiz_versions.c.id).where(
        quiz_versions.c.quiz_id == quiz, quiz_versions.c.published_at.is_not(None)
    )
    version = connection.scalar(newest_quiz.order_by(quiz_versions.c.number.desc()).limit(1))
    return {
        "quiz_id": quiz if version is not None else None,
        "module_version_id": module_version,
        "quiz_version_id": version,
    }


def _pinned(connection: Connection, given: Assignment) -> dict[str, int | None]:
    return published(connection, given.module_id, given.quiz_id)


def _set(store: Store, number: int, **values: datetime) -> Assignment | None:
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == number, _open()).values(values))
        return one(connection, number)


def _open() -> ColumnElement[bool]:
    return and_(table.c.finished_at.is_(None), table.c.revoked_at.is_(None))
