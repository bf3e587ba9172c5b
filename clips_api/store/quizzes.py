"""Quizzes: their versions. There is one draft at most; what was published never changes, but for words deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, update

from clips_api.store.database import Store
from clips_api.store.lesson_tables import quiz_versions as versions
from clips_api.store.lesson_tables import quizzes as table
from clips_api.store.versions import Titled, Versions


class Quiz(Titled):
    """One quiz."""


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
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


kept = Versions("quiz", table, versions, "quiz_id", Quiz.from_row, Version.from_row, ("questions", "attempts"))
find = kept.find
one = kept.one
history = kept.history
version = kept.version
latest = kept.latest
published = kept.published
save = kept.save
publish = kept.publish
drop_draft = kept.drop_draft
rename = kept.rename
put_away = kept.put_away


def make(store: Store, title: str, *, attempts: int, by: str, at: datetime) -> int:
    """Make a quiz with an empty draft; its number."""
    return kept.make(store, title, {"questions": [], "attempts": attempts}, by=by, at=at)


def rewrite(store: Store, change: dict[int, list[dict[str, Any]]]) -> None:
    """Put other questions into some versions, published or not: only for words that were deleted with their call."""
    with store.write() as connection:
        for number, questions in change.items():
            connection.execute(update(versions).where(versions.c.id == number).values(questions=questions))
