"""Results of a quiz: who has done it how well, and which questions are hard. Of those whom a manager coaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clips_api import audit, quiz_drafts, taking
from clips_api.deps import Parts
from clips_api.grading import best
from clips_api.questions import Kind
from clips_api.store import assignments, people, practices, quizzes, takers
from clips_api.store import attempts as store
from clips_api.store.attempts import Answer, Attempt
from clips_api.store.people import Person
from clips_api.store.practices import Practised
from clips_api.store.takers import Taker
from clips_api.taking import Paper, Told
from pipeline.errors import NotFound

State = Literal["given", "begun", "marking", "done"]


@dataclass(frozen=True)
class Result:
    """One person. `best` counts; `first` is how it went at the first try."""

    taker: Taker
    first: Attempt | None
    best: Attempt | None
    tries: int
    waits: bool  # an answer of theirs waits for a manager
    state: State
    practised: Practised | None  # what came back to them of it; None where nothing did

    @property
    def at(self) -> datetime | None:
        return self.best.submitted_at if self.best else None


@dataclass(frozen=True)
class Hardness:
    """One question: how many were asked it at their first try, how many answered it fully, what most took instead.

    An answer that waits to be marked does not count yet.
    """

    question: Kind
    asked: int
    right: int
    mistaken: str | None  # the wrong answer that was chosen most
    often: int


@dataclass(frozen=True)
class Results:
    people: tuple[Result, ...]
    questions: tuple[Hardness, ...]

    @property
    def done(self) -> int:
        """How many have handed it in."""
        return sum(one.best is not None for one in self.people)


def results(parts: Parts, quiz: int) -> Results:
    """Everybody's, by name. Raises NotFound."""
    quizzes.one(parts.store, quiz)
    coached = {one.id for one in people.find(parts.store) if parts.viewer.coaches(one)}
    found = [one for one in takers.find(parts.store, quiz) if one.person_id in coached]
    tried = store.of(parts.store, [one.assignment for one in found])
    came_back = practices.counts(parts.store, quiz)
    told = [_result(one, tried.get(one.assignment, []), came_back.get(one.assignment)) for one in found]
    return Results(tuple(told), tuple(_hardness(parts, quiz, [one.first for one in told if one.first])))


def answers(parts: Parts, quiz: int, assignment: int) -> tuple[Person, Paper, list[tuple[Attempt, list[Told]]]]:
    """What somebody answered, the last attempt first; seeing it is written down. Raises NotFound."""
    person, own = _paper(parts, quiz, assignment)
    audit.note(parts, "saw", f"person/{person.id}", f"answers to quiz/{quiz}")
    return person, own, [(one, taking.told(parts, own, one)) for one in reversed(own.handed_in)]


def question(parts: Parts, quiz: int, assignment: int, number: str) -> Kind:
    """A question as somebody was asked it, with the clip that they heard. Raises NotFound."""
    return _paper(parts, quiz, assignment)[1].one(number)


def _paper(parts: Parts, quiz: int, assignment: int) -> tuple[Person, Paper]:
    """Whose it is, and what they were given; of those whom this person coaches. Raises NotFound."""
    given = assignments.get(parts.store, assignment)
    person = people.get(parts.store, given.person_id) if given is not None else None
    if given is None or person is None or given.quiz_id != quiz or not parts.viewer.coaches(person):
        raise NotFound(f"assignment {assignment}")
    return person, taking.of(parts, given)


def _result(taker: Taker, attempts: list[Attempt], practised: Practised | None) -> Result:
    handed_in = [one for one in attempts if one.submitted_at is not None]
    waits = any(one.marked_at is None for one in handed_in)
    state: State = "given"
    if handed_in:
        state = "marking" if waits else "done"
    elif attempts or taker.started_at is not None:
        state = "begun"
    first = handed_in[0] if handed_in else None
    return Result(taker, first, best(attempts), len(handed_in), waits, state, practised)


def _hardness(parts: Parts, quiz: int, first: list[Attempt]) -> list[Hardness]:
    """Of the questions as they are published now; answers to older wordings of a question count with it by its id."""
    version = quizzes.published(parts.store, quiz)
    if version is None:
        return []
    said = store.said(parts.store, [one.id for one in first])
    versions = quizzes.history(parts.store, [quiz])[quiz]
    held = {one.id: {question.id for question in quiz_drafts.asked(one)} for one in versions}
    found = []
    for question in quiz_drafts.asked(version):
        asked = [one for one in first if question.id in held.get(one.quiz_version_id, ())]
        given = [answer for one in asked if (answer := said.get(one.id, {}).get(question.id)) is not None]
        waits = sum(answer.points is None for answer in given)
        right = sum(bool(answer.right) for answer in given)
        found.append(Hardness(question, len(asked) - waits, right, *_mistaken(question, given)))
    return found


def _mistaken(question: Kind, given: list[Answer]) -> tuple[str | None, int]:
    if question.way not in ("one", "many"):
        return None, 0
    seen = [one for answer in given for one in question.explained(answer.given, list).options]
    counts: dict[str, int] = {}
    for one in seen:
        if one.chosen and not one.right:
            counts[one.text] = counts.get(one.text, 0) + 1
    most = max(counts, key=lambda text: counts[text], default=None)
    return most, counts.get(most, 0) if most is not None else 0
