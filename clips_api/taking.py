"""Taking a quiz: what somebody's quiz is, answers saved as they go, handing it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from clips_api import consents, quiz_drafts, repeating
from clips_api.asking import Explained, Mixed, Shown
from clips_api.deps import Parts
from clips_api.grading import best, graded, mixed
from clips_api.links import Ticket
from clips_api.questions import Kind
from clips_api.store import attempts as store
from clips_api.store import quizzes
from clips_api.store.assignments import Assignment
from clips_api.store.attempts import Answer, Attempt, Graded
from clips_api.store.quizzes import Version
from pipeline.errors import NotFound
from pipeline.library import now


@dataclass(frozen=True)
class Paper:
    """Somebody's quiz as it stands. `answers` are of the attempt under way, by question."""

    assignment: Assignment
    title: str
    version: Version
    questions: tuple[Kind, ...]
    attempts: tuple[Attempt, ...]
    answers: dict[str, list[str]]
    secret: str

    @property
    def current(self) -> Attempt | None:
        """The attempt under way."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and last.submitted_at is None else None

    @property
    def handed_in(self) -> tuple[Attempt, ...]:
        return tuple(one for one in self.attempts if one.submitted_at is not None)

    @property
    def best(self) -> Attempt | None:
        return best(self.attempts)

    @property
    def number(self) -> int:
        """Of the attempt under way, else of the next."""
        return self.current.number if self.current else len(self.attempts) + 1

    @property
    def left(self) -> int:
        """How often it can be begun anew."""
        return max(0, self.version.attempts - len(self.attempts)) if self.assignment.open else 0

    @property
    def open(self) -> bool:
        """Whether something can be answered now."""
        return self.assignment.open and (self.current is not None or not self.attempts)

    @property
    def unanswered(self) -> list[str]:
        return [one.id for one in self.questions if one.id not in self.answers]

    def one(self, question: str) -> Kind:
        """A question of it. Raises NotFound."""
        found = next((one for one in self.questions if one.id == question), None)
        if found is None:
            raise NotFound("question")
        return found

    def beside(self, question: str, by: int) -> str | None:
        """The question so many places on; None past either end."""
        ids = [one.id for one in self.questions]
        place = ids.index(question) + by
        return ids[place] if 0 <= place < len(ids) else None

    def shown(self, question: Kind) -> Shown:
        """What may be seen of a question now."""
        return question.shown(self.order(question))

    def explained(self, question: Kind, given: Sequence[str]) -> Explained:
        """What is told of it afterwards."""
        return question.explained(given, self.order(question))

    def order(self, question: Kind) -> Mixed:
        return mixed(self.secret, self.assignment.id, question.id)


@dataclass(frozen=True)
class Told:
    """One question of an attempt that was handed in: what was asked, what was answered, what was right."""

    question: Kind
    shown: Shown
    answer: Answer | None
    explained: Explained

    @property
    def state(self) -> str:
        """right, part, wrong, waits."""
        if self.answer is None:
            return "wrong"
        if self.answer.points is None:
            return "waits"
        if self.answer.points >= self.question.points:
            return "right"
        return "part" if self.answer.points > 0 else "wrong"


def paper(parts: Parts, ticket: Ticket) -> Paper | None:
    """The quiz of a ticket; None where Start was not pressed, or there is none."""
    given = ticket.assignment
    if given.quiz_version_id is None or given.quiz_id is None:
        return None
    return of(parts, given)


def of(parts: Parts, given: Assignment) -> Paper:
    """The quiz of an assignment that was started. Raises NotFound."""
    if given.quiz_version_id is None:
        raise NotFound("the quiz: it was not started")
    version = quizzes.version(parts.store, given.quiz_version_id)
    attempts = tuple(store.of(parts.store, [given.id]).get(given.id, []))
    current = attempts[-1].id if attempts and attempts[-1].submitted_at is None else 0
    said = store.said(parts.store, [current]).get(current, {}) if current else {}
    asked = tuple(quiz_drafts.askable(parts, version))
    answers = {name: answer.given for name, answer in said.items()}
    title = quizzes.one(parts.store, version.quiz_id).title
    return Paper(given, title, version, asked, attempts, answers, parts.library.secret())


def begin(parts: Parts, own: Paper) -> Attempt | None:
    """The attempt under way, else the next; None where there is none left."""
    if not own.assignment.open:
        return None
    return store.begin(parts.store, own.assignment.id, own.version.id, most=own.version.attempts, at=now())


def save(parts: Parts, own: Paper, question: str, given: Sequence[str], number: int) -> bool:
    """Keep an answer in the attempt of this number; the first attempt begins with it. False where it is over."""
    asked = own.one(question)
    if number != own.number or not own.open:
        return False
    attempt = own.current or begin(parts, own)
    return attempt is not None and store.save(parts.store, attempt.id, question, asked.read(given), now())


def hand_in(parts: Parts, own: Paper, number: int) -> None:
    """Grade the attempt of this number, where it is under way; all is done where nothing can get better."""
    attempt = own.current or (begin(parts, own) if not own.attempts else None)
    if attempt is None or attempt.number != number:
        return
    most, at = own.version.attempts, now()
    chosen = [one.id for one in own.questions if one.way != "words"]

    def comes_back(connection: Connection, graded: Graded) -> None:
        right = {name: bool(graded.grades[name][0]) for name in chosen}
        repeating.answered(parts, connection, own.assignment, own.version, right=right, at=at)

    def grade(answers: dict[str, list[str]]) -> Graded:
        return graded(own.questions, answers)

    store.hand_in(parts.store, attempt.id, grade, most=most, at=at, then=comes_back)
    consents.helped(parts, [one.clip.clip_id for one in own.questions if one.clip is not None])


def told(parts: Parts, own: Paper, attempt: Attempt) -> list[Told]:
    """What is told of an attempt that was handed in. Raises NotFound for one that was not."""
    if attempt.submitted_at is None:
        raise NotFound("attempt")
    said = store.said(parts.store, [attempt.id]).get(attempt.id, {})
    return [
        Told(one, own.shown(one), said.get(one.id), own.explained(one, said[one.id].given if one.id in said else []))
        for one in own.questions
    ]
