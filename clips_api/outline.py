"""What somebody is about to do, before they start: the title, how long it takes, how many questions."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sqlalchemy import select

from clips_api import quiz_drafts
from clips_api.deps import Parts
from clips_api.render import counted
from clips_api.store import assignments, quizzes
from clips_api.store.assignments import Assignment
from clips_api.store.lesson_tables import module_versions, modules
from clips_api.store.lesson_tables import quizzes as quiz_table


@dataclass(frozen=True)
class Outline:
    """What is in an assignment. `lesson`: minutes of its lesson; `quiz`: of its questions; 0 where there is none."""

    title: str
    kind: str  # lesson, quiz
    lesson: int = 0
    questions: int = 0
    quiz: int = 0

    @property
    def minutes(self) -> int:
        """How long all of it takes, at least one."""
        return max(1, self.lesson + self.quiz)

    @property
    def words(self) -> str:
        """The same in words: 4 questions, 3 minutes."""
        asked = [counted(self.questions, "question")] if self.questions else []
        return ", ".join([*(["a lesson"] if self.lesson else []), *asked, counted(self.minutes, "minute")])


def outline(parts: Parts, given: Assignment) -> Outline:
    """What is in an assignment and left to do: as it was when it was started, else as it is today."""
    with parts.store.read() as connection:
        lesson, quiz = given.module_version_id, given.quiz_version_id
        if given.started_at is None:
            today = assignments.published(connection, given.module_id, given.quiz_id)
            lesson, quiz = today["module_version_id"], today["quiz_version_id"]
        takes = connection.scalar(select(module_versions.c.seconds).where(module_versions.c.id == lesson))
        titled = (
            select(modules.c.title).where(modules.c.id == given.module_id)
            if given.module_id is not None
            else select(quiz_table.c.title).where(quiz_table.c.id == given.quiz_id)
        )
        title = connection.scalar(titled) or ""
    asked = quiz_drafts.askable(parts, quizzes.version(parts.store, quiz)) if quiz is not None else []
    return Outline(
        title,
        "lesson" if given.module_id is not None else "quiz",
        lesson=max(1, ceil((takes or 0) / 60)) if lesson is not None and given.learned_at is None else 0,
        questions=len(asked),
        quiz=quiz_drafts.minutes(asked) if asked else 0,
    )
