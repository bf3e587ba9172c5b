"""What reps are told of lessons and quizzes that they were given. The link in it is theirs alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from clips_api import links
from clips_api.deps import Parts
from clips_api.outline import Outline, outline
from clips_api.render import day
from clips_api.store import assignments, attempts, people
from clips_api.store.assignments import Assignment
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from clips_api.viewer import OWNER
from pipeline.library import now
from pipeline.message import Part

ALONE = "This link is yours alone, so please keep it to yourself."
Words: TypeAlias = tuple[str, list[Part]] | None


def _assigned(parts: Parts, given: Assignment, person: Person, held: Outline) -> Words:
    """They were given something; nothing to say once they have started."""
    if given.started_at is not None or not given.open:
        return None
    subject = f"{giver(given).capitalize()} gave you a {held.kind}: {held.title}"
    return subject, _parts(parts, given, f"Hello {person.name}, “{held.title}” is for you{_due(given.due_on)}.", held)


def _quiz(parts: Parts, given: Assignment, person: Person, held: Outline) -> Words:
    """They have read a lesson to its end; nothing to say once they have begun its quiz."""
    with parts.store.read() as connection:
        begun = assignments.quiz_begun(connection, given.id)
    if begun or not given.open:
        return None
    said = f"Hello {person.name}, you have been through “{held.title}”. Its quiz is next{_due(given.due_on)}."
    return f"The quiz to your lesson: {held.title}", _parts(parts, given, said, held, message=False)


def _reminder(parts: Parts, given: Assignment, person: Person, held: Outline) -> Words:
    """It is still open."""
    if not given.open or attempts.handed_in(parts.store, [given.id]):
        return None
    said = f"Hello {person.name}, “{held.title}” is still open{_due(given.due_on)}."
    if given.started_at is not None:
        said += " What you have done so far is kept."
    return f"Still open: {held.title}", _parts(parts, given, said, held, message=False)


def _asked(parts: Parts, given: Assignment, person: Person, held: Outline) -> Words:
    """They asked for a new link, or a manager sent it again. What is finished can be looked at."""
    if given.revoked_at is not None:
        return None
    if given.finished_at is not None:
        said = f"Hello {person.name}, you have finished “{held.title}”. With this link you can look at it once more."
        return f"Your link: {held.title}", [_link(parts, given, said, "Look at it"), Part(text=ALONE)]
    said = f"Hello {person.name}, here is your link to “{held.title}”{_due(given.due_on)}. Older ones may have ended."
    return f"Your link: {held.title}", _parts(parts, given, said, held, message=False)


_WORDS: dict[str, Callable[[Parts, Assignment, Person, Outline], Words]] = {
    "assigned": _assigned,
    "quiz": _quiz,
    "reminder": _reminder,
    "link": _asked,
}


def words(parts: Parts, row: Entry) -> Words:
    """A row of the outbox in words; None where there is nothing left to say."""
    given = assignments.get(parts.store, row.payload["assignment"])
    person = people.get(parts.store, row.payload["person"])
    if given is None or person is None or given.person_id != person.id:
        return None
    return _WORDS[row.kind](parts, given, person, outline(parts, given))


def _announced(parts: Parts, row: Entry) -> Words:
    """A team was given something, told in a channel: a title and a day, which all may see, and nobody's link."""
    due_on = row.payload["due_on"]
    due = _due(date.fromisoformat(due_on) if due_on else None)
    team, kind, title = (row.payload[name] for name in ("team", "kind", "title"))
    said = f"{team} has a new {kind}: “{title}”{due}. Everybody gets a link of their own."
    return f"A new {kind} for {team}", [Part(text=said, link=links.href(parts, "/assignments"), label="What is yours")]


KINDS: dict[str, Callable[[Parts, Entry], Words]] = {**dict.fromkeys(_WORDS, words), "announced": _announced}


def giver(given: Assignment) -> str:
    """Who gave it, as reps are told."""
    return "your manager" if given.by == OWNER else given.by


def _parts(parts: Parts, given: Assignment, said: str, held: Outline, *, message: bool = True) -> list[Part]:
    way = f"{held.words.capitalize()}, on a phone or a computer, without signing in; {giver(given)} sees your answers."
    theirs = [Part(text=given.message, quote=True)] if message and given.message else []
    return [
        Part(text=said),
        *theirs,
        _link(parts, given, way, "Start" if given.started_at is None else "Go on"),
        Part(text=ALONE),
    ]


def _link(parts: Parts, given: Assignment, text: str, label: str) -> Part:
    return Part(text=text, link=links.address(parts, given, now()), label=label)


def _due(due_on: date | None) -> str:
    return f", due on {due_on:%A}, {day(due_on.isoformat())}" if due_on is not None else ""
