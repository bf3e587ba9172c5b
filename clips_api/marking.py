"""Marking: answers in own words wait for a manager, who gives points and a sentence; the rep is told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from clips_api import audit, consents, links, quiz_drafts, reaching
from clips_api.deps import Parts
from clips_api.questions import Kind, Own
from clips_api.quiet import Quiet
from clips_api.reaching import News
from clips_api.render import counted
from clips_api.store import assignments, people, quizzes, takers
from clips_api.store import attempts as store
from clips_api.store.attempts import Answer, Attempt
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from pipeline.errors import BadInput, NotFound
from pipeline.library import now
from pipeline.message import Part

KIND = "marked"


@dataclass(frozen=True)
class ToMark:
    """One answer in own words, and what it answers."""

    quiz_id: int
    title: str
    person: Person
    question: Own
    attempt: Attempt
    answer: Answer
    plays: bool  # its clip can be heard still


def waiting(parts: Parts) -> list[ToMark]:
    """What waits, of those whom this person coaches; the oldest first."""
    roster = {one.id: one for one in people.find(parts.store)}
    takes = {one.assignment: one for one in takers.find(parts.store)}
    found = []
    for attempt, answer in store.unmarked(parts.store):
        taker = takes.get(attempt.assignment_id)
        person = roster.get(taker.person_id) if taker is not None else None
        if taker is None or person is None or not parts.viewer.coaches(person):
            continue
        question = _question(parts, attempt, answer.question_id)
        title = quizzes.one(parts.store, taker.quiz_id).title
        found.append(ToMark(taker.quiz_id, title, person, question, attempt, answer, _plays(parts, question)))
    return found


def mark(parts: Parts, attempt: int, question: str, *, points: int, comment: str) -> Attempt:
    """Give points to an answer. Raises NotFound, also for somebody whom this person does not coach; BadInput."""
    found = store.get(parts.store, attempt)
    given = assignments.get(parts.store, found.assignment_id)
    person = people.get(parts.store, given.person_id) if given is not None else None
    if given is None or person is None or not parts.viewer.coaches(person):
        raise NotFound(f"attempt {attempt}")
    asked = _question(parts, found, question)
    if not 0 <= points <= asked.points:
        raise BadInput(f"points go from 0 to {asked.points}")
    at = now()

    def tell(connection: Connection) -> None:
        payload = {"attempt": attempt, "assignment": found.assignment_id}
        news = News(KIND, given.about, f"{KIND}/{attempt}", payload)
        reaching.tell(parts.store, connection, person, news, at, quiet=Quiet.of(parts.settings, person))

    done = store.mark(
        parts.store,
        attempt,
        question,
        points=float(points),
        right=points == asked.points,
        comment=comment.strip(),
        by=parts.viewer.name,
        at=at,
        tell=tell,
    )
    audit.note(parts, "changed", f"person/{person.id}", f"marked an answer: {points} of {asked.points}")
    return done


def words(parts: Parts, row: Entry) -> tuple[str, list[Part]] | None:
    """What the rep is told once all is marked; None where there is nothing left to tell."""
    given = assignments.get(parts.store, row.payload["assignment"])
    if given is None or given.revoked_at is not None or given.quiz_id is None:
        return None
    try:
        attempt = store.get(parts.store, row.payload["attempt"])
    except NotFound:
        return None
    title = quizzes.one(parts.store, given.quiz_id).title
    person = people.get(parts.store, given.person_id)
    of = f"{_number(attempt.points)} of {counted(int(attempt.possible or 0), 'point')}"
    hello = f"Hello {person.name}, your" if person is not None else "Your"
    said = f"{hello} answers to “{title}” are marked: {of}. What was said about them stands beside each."
    link = Part(text=said, link=links.address(parts, given, now()), label="Look at it")
    return f"Your answers are marked: {title}", [link]


def _question(parts: Parts, attempt: Attempt, question: str) -> Own:
    asked: list[Kind] = quiz_drafts.asked(quizzes.version(parts.store, attempt.quiz_version_id))
    found = next((one for one in asked if one.id == question), None)
    if not isinstance(found, Own):
        raise NotFound(f"question {question} to mark")
    return found


def _plays(parts: Parts, question: Own) -> bool:
    """Whether the call of its clip is there, and its rep agrees that it is heard."""
    clip = question.clip
    return clip is not None and not clip.gone and consents.may_show(parts, clip.clip_id)


def _number(points: float | None) -> str:
    return f"{points or 0:g}"
