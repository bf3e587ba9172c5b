"""Practice: the one or two questions that come back to somebody today, behind a link that is theirs alone.

A link is made like those to quizzes: from a seed, the practice and the server's key; only its hash is kept. Looking
changes nothing; the first answer to a question counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request

from clips_api import grading, quiz_drafts, repeating
from clips_api.asking import Explained, Mixed, Shown
from clips_api.deps import Given, Parts
from clips_api.entrance import entered
from clips_api.keyring import Keys, is_token
from clips_api.questions import Kind
from clips_api.quiet import Quiet
from clips_api.reaching import News, tell, way
from clips_api.store import people, practices, quizzes, repetitions
from clips_api.store.links import hashed
from clips_api.store.people import Person
from clips_api.store.practices import Asked, Practice
from clips_api.store.repetitions import Repetition
from pipeline.errors import ExemplarError, NotFound
from pipeline.library import now

MOST = 2  # questions at a time
OPENS = time(9)  # on their clock: none comes earlier in the day
WAITS = timedelta(days=7)  # for an answer; then its questions come back in another one
GRACE = timedelta(days=1)  # for which who has just finished can look at it


class Over(ExemplarError):
    """This practice is over."""

    advice = "There is nothing to do: what comes back comes with a link of its own."


@dataclass(frozen=True)
class Item:
    """One question of a practice. `asked` says what was answered."""

    asked: Asked
    repetition: Repetition
    question: Kind
    quiz: str
    order: Mixed

    @property
    def done(self) -> bool:
        return self.asked.answered_at is not None

    @property
    def shown(self) -> Shown:
        """What may be seen of it before it is answered."""
        return self.question.shown(self.order)

    @property
    def answer(self) -> list[str] | None:
        return self.asked.given

    @property
    def explained(self) -> Explained:
        """What is told of it once it is answered. Raises NotFound before."""
        if not self.done:
            raise NotFound("explanation")
        return self.question.explained(self.asked.given or [], self.order)

    @property
    def state(self) -> str:
        """right, wrong."""
        return "right" if self.asked.right else "wrong"


@dataclass(frozen=True)
class Sheet:
    """A practice as it stands, whose it is, and the prefix of its pages."""

    practice: Practice
    person: Person
    items: tuple[Item, ...]
    path: str

    @property
    def left(self) -> list[Item]:
        """What is not answered yet."""
        return [one for one in self.items if not one.done]

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(bool(one.asked.right) for one in self.items)

    @property
    def titles(self) -> list[str]:
        """The quizzes that its questions come from."""
        return list(dict.fromkeys(one.quiz for one in self.items))

    def one(self, question: str) -> Item:
        """A question of it. Raises NotFound."""
        found = next((one for one in self.items if one.question.id == question), None)
        if found is None:
            raise NotFound("question")
        return found


def wanted(parts: Parts, at: datetime) -> list[tuple[Person, list[Repetition]]]:
    """To whom something comes back now: not in quiet hours, one practice a day, none while another one waits."""
    ready: dict[int, list[Repetition]] = {}
    for one in repetitions.due(parts.store, (at + timedelta(days=1)).date()):  # it may be tomorrow where they are
        ready.setdefault(one.person_id, []).append(one)
    if not ready:
        return []
    last, found = practices.newest(parts.store, ready), []
    for person in people.find(parts.store):
        if person.id not in ready or way(person) is None:
            continue
        quiet, before = Quiet.of(parts.settings, person), last.get(person.id)
        clock = quiet.here(at)
        due = [one for one in ready[person.id] if one.due_on <= clock.date()]
        free = before is None or (not before.open(at) and before.made_on < clock.date())
        if due and free and clock.time() >= OPENS and quiet.until(at) == at:
            found.append((person, due))
    return found


def practise(parts: Parts, at: datetime) -> int:
    """Write every practice that is due, with its message; how many there were. Asked twice, nobody gets two."""
    written = 0
    can_ask: dict[int, set[str]] = {}  # by version
    for person, due in wanted(parts, at):
        for version in {one.quiz_version_id for one in due} - can_ask.keys():
            can_ask[version] = _askable(parts, version)
        asked = [one.id for one in due if one.question_id in can_ask[one.quiz_version_id]]
        repetitions.end(parts.store, [one.id for one in due if one.id not in asked], at)
        written += bool(asked) and _write(parts, person, asked[:MOST], at)
    return written


def of_token(parts: Parts, token: str, at: datetime | None = None) -> Sheet:
    """What a link opens. Raises Over, whatever is wrong with it."""
    if not is_token(token):
        raise Over
    with parts.store.read() as connection:
        found = practices.of_token(connection, hashed(token))
    return _sheet(parts, found, f"/q/{token}/practice", at or now())


def waiting(parts: Parts, at: datetime) -> Practice | None:
    """What waits for whoever is signed in."""
    found = practices.newest(parts.store, [parts.viewer.id]) if parts.viewer.id is not None else {}
    return next((one for one in found.values() if one.open(at)), None)


def own(parts: Parts, number: int) -> Sheet:
    """The same for somebody who is signed in. Raises NotFound, Over."""
    with parts.store.read() as connection:
        found = practices.get(connection, number)
    if found is None or found.person_id != parts.viewer.id:
        raise NotFound(f"practice {number}")
    return _sheet(parts, found, f"/practices/{number}", now())


def opened(request: Request, parts: Given) -> Sheet:
    """The practice of a route under /q/{token}/practice or /practices/{number}. Raises Over, NotFound."""
    return entered(request, partial(of_token, parts), partial(own, parts))


Opened = Annotated[Sheet, Depends(opened)]


def answer(parts: Parts, sheet: Sheet, question: str, given: Sequence[str], at: datetime) -> bool:
    """Keep an answer and say when the question comes back; False where there is none, or one was given before."""
    item = sheet.one(question)
    said = item.question.read(given)
    if not said or item.done or not sheet.practice.open(at):
        return False
    right = bool(item.question.grade(said).right)
    kept = Asked(sheet.practice.id, item.repetition.id, item.asked.place, said, right, at)
    again = partial(repeating.again, parts, person=sheet.person, last=item.repetition, right=right, at=at)
    return practices.answer(parts.store, kept, asks=[one.repetition.id for one in sheet.items], then=again)


def token(parts: Parts, seed: str) -> str:
    """The token of a practice, made anew."""
    return Keys(parts.library.secret()).token("practice", seed)


def _write(parts: Parts, person: Person, asked: list[int], at: datetime) -> bool:
    quiet, seed = Quiet.of(parts.settings, person), uuid4().hex
    made = Practice(person.id, quiet.here(at).date(), at, seed, hashed(token(parts, seed)), at + WAITS)
    with parts.store.write() as connection:
        kept = practices.add(parts.store, connection, made, asked)
        if kept is None:
            return False
        news = News("practice", kept.about, kept.about, {"practice": kept.id})
        return tell(parts.store, connection, person, news, at, quiet=quiet)


def _askable(parts: Parts, version: int) -> set[str]:
    """The questions of a version that can be asked today; none of a quiz that was put away."""
    found = quizzes.version(parts.store, version)
    if quizzes.one(parts.store, found.quiz_id).archived_at is not None:
        return set()
    return {one.id for one in quiz_drafts.askable(parts, found)}


def _sheet(parts: Parts, found: Practice | None, path: str, at: datetime) -> Sheet:
    person = people.get(parts.store, found.person_id) if found is not None else None
    if found is None or person is None or person.left_at is not None:
        raise Over
    looking = found.finished_at is not None and at < found.finished_at + GRACE
    if not (found.open(at) or (looking and found.revoked_at is None)):
        raise Over
    return Sheet(found, person, tuple(_items(parts, found)), path)


def _items(parts: Parts, found: Practice) -> list[Item]:
    with parts.store.read() as connection:
        asked = practices.asked(connection, [found.id])
        known = repetitions.some(connection, [one.repetition_id for one in asked])
    items, secret = [], parts.library.secret()
    for one in asked:
        back = known[one.repetition_id]
        version = quizzes.version(parts.store, back.quiz_version_id)
        title = quizzes.one(parts.store, version.quiz_id).title
        mixed = grading.mixed(secret, back.assignment_id, f"{found.id}/{back.question_id}")  # not as it was before
        there = [question for question in quiz_drafts.askable(parts, version) if question.id == back.question_id]
        items += [Item(one, back, question, title, mixed) for question in there]
    return items
