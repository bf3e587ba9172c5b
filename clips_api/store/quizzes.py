"""Quizzes: their versions. There is one draft at most; what was published never changes, but for words deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, insert, select, update

from clips_api.problems import Overtaken
from clips_api.store.database import Store
from clips_api.store.lesson_tables import quiz_versions as versions
from clips_api.store.lesson_tables import quizzes as table
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Quiz:
    """One quiz; what it asks stands in its versions."""

    id: int
    title: str
    by: str
    made_at: datetime
    archived_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


@dataclass(frozen=True)
class Version:
    """What a quiz asks: `questions` as clips_api/questions.py has them. `published_at`: None in the draft."""

    id: int
    quiz_id: int
    number: int
    questions: list[dict[str, Any]]
    attempts: int  # how often it may be tried
    revision: int
    by: str
    changed_at: datetime
    published_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001


def make(store: Store, title: str, *, attempts: int, by: str, at: datetime) -> int:
    """Make a quiz with an empty draft; its number."""
    with store.write() as connection:
        made = insert(table).values(title=title, by=by, made_at=at).returning(table.c.id)
        number = int(connection.execute(made).scalar_one())
        _begin(connection, number, 1, 1, {"questions": [], "attempts": attempts, "by": by, "changed_at": at})
    return number


def find(store: Store, *, archived: bool = False) -> list[Quiz]:
    """The quizzes in use, or those put away; the newest first."""
    gone = table.c.archived_at.is_not(None) if archived else table.c.archived_at.is_(None)
    with store.read() as connection:
        return [Quiz.from_row(row) for row in connection.execute(select(table).where(gone).order_by(table.c.id.desc()))]


def one(store: Store, number: int) -> Quiz:
    """One quiz, put away or not. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"quiz {number}")
    return Quiz.from_row(row)


def history(store: Store, quizzes: Iterable[int]) -> dict[int, list[Version]]:
    """Every version of some quizzes, the newest first; the draft, where there is one, before all others."""
    wanted = select(versions).where(versions.c.quiz_id.in_(list(quizzes))).order_by(versions.c.number.desc())
    found: dict[int, list[Version]] = {}
    with store.read() as connection:
        for row in connection.execute(wanted):
            found.setdefault(row.quiz_id, []).append(Version.from_row(row))
    return found


def version(store: Store, number: int) -> Version:
    """One version, by its own id. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(versions).where(versions.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"version {number} of a quiz")
    return Version.from_row(row)


def latest(store: Store, quiz: int) -> Version:
    """What an editor shows: the draft, else what was published last. Raises NotFound."""
    with store.read() as connection:
        return _newest(connection, quiz)


def published(store: Store, quiz: int) -> Version | None:
    """What was published last: who starts now gets this one."""
    out = versions.c.published_at.is_not(None)
    wanted = select(versions).where(versions.c.quiz_id == quiz, out).order_by(versions.c.number.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(wanted).one_or_none()
        return Version.from_row(row) if row is not None else None


def save(
    store: Store,
    quiz: int,
    *,
    questions: list[dict[str, Any]],
    attempts: int,
    revision: int | None,
    by: str,
    at: datetime,
) -> Version:
    """Write the draft, a new one where the last version is out.

    Raises NotFound, and Overtaken where somebody else saved since `revision`.
    """
    with store.write() as connection:
        last = _turn(connection, quiz, revision)
        if (last.questions, last.attempts) == (questions, attempts):
            return last
        values = {"questions": questions, "attempts": attempts, "by": by, "changed_at": at}
        if last.published_at is not None:
            return _begin(connection, quiz, last.number + 1, last.revision + 1, values)
        changed = update(versions).where(versions.c.id == last.id).values(**values, revision=last.revision + 1)
        return Version.from_row(connection.execute(changed.returning(*versions.c)).one())


def publish(store: Store, quiz: int, *, revision: int | None, at: datetime) -> Version:
    """Let the draft out. Again, it changes nothing. Raises NotFound, Overtaken."""
    with store.write() as connection:
        last = _turn(connection, quiz, revision)
        if last.published_at is not None:
            return last
        out = update(versions).where(versions.c.id == last.id).values(published_at=at, revision=last.revision + 1)
        return Version.from_row(connection.execute(out.returning(*versions.c)).one())


def drop_draft(store: Store, quiz: int) -> None:
    """Throw the draft away and go back to what was published; the first draft stays. Raises NotFound."""
    with store.write() as connection:
        last = _turn(connection, quiz, None)
        if last.published_at is None and last.number > 1:
            connection.execute(delete(versions).where(versions.c.id == last.id))
            before = update(versions).where(versions.c.quiz_id == quiz, versions.c.number == last.number - 1)
            connection.execute(before.values(revision=last.revision + 1))  # who still edits the draft is told


def rename(store: Store, quiz: int, title: str) -> None:
    """Give a quiz another title. Raises NotFound."""
    _change(store, quiz, title=title)


def put_away(store: Store, quiz: int, at: datetime | None) -> None:
    """Take a quiz out of the list; None: back into it. Whoever was given it keeps it. Raises NotFound."""
    _change(store, quiz, archived_at=at)


def rewrite(store: Store, change: dict[int, list[dict[str, Any]]]) -> None:
    """Put other questions into some versions, published or not: only for words that were deleted with their call."""
    with store.write() as connection:
        for number, questions in change.items():
            connection.execute(update(versions).where(versions.c.id == number).values(questions=questions))


def _begin(connection: Connection, quiz: int, number: int, revision: int, values: dict[str, Any]) -> Version:
    new = insert(versions).values(quiz_id=quiz, number=number, revision=revision, **values)
    return Version.from_row(connection.execute(new.returning(*versions.c)).one())


def _turn(connection: Connection, quiz: int, revision: int | None) -> Version:
    """Wait until nobody else changes this quiz; its newest version. Raises NotFound, Overtaken."""
    connection.execute(select(table.c.id).where(table.c.id == quiz).with_for_update())
    last = _newest(connection, quiz)
    if revision is not None and revision != last.revision:
        raise Overtaken(f"quiz {quiz}")
    return last


def _newest(connection: Connection, quiz: int) -> Version:
    wanted = select(versions).where(versions.c.quiz_id == quiz).order_by(versions.c.number.desc()).limit(1)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"quiz {quiz}")
    return Version.from_row(row)


def _change(store: Store, quiz: int, **values: Any) -> None:
    with store.write() as connection:
        if not connection.execute(update(table).where(table.c.id == quiz).values(values)).rowcount:
            raise NotFound(f"quiz {quiz}")
