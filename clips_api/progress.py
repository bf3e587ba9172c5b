"""How far somebody is with what they were given: waiting to be sent and why, sent, started, learned, finished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clips_api import telling
from clips_api.deps import Parts
from clips_api.quiet import Quiet
from clips_api.reaching import NOWHERE, way
from clips_api.render import day, time_of_day
from clips_api.store import assignments, attempts, outbox, people
from clips_api.store import links as link_store
from clips_api.store.assignments import Assignment
from clips_api.store.attempts import Attempt
from clips_api.store.links import Link
from clips_api.store.outbox import Entry
from clips_api.store.people import Person

SOON = "It goes out in a moment."
State = Literal["waiting", "copied", "sent", "started", "learned", "finished", "withdrawn"]


@dataclass(frozen=True)
class Progress:
    """One assignment as its manager sees it. `why`: what keeps it from being sent; `held`: as things are set up."""

    given: Assignment
    person: Person
    title: str
    link: Link | None
    rows: tuple[Entry, ...]  # of the outbox, the oldest first
    tried: tuple[Attempt, ...]
    why: str | None
    held: str | None = None

    @property
    def state(self) -> State:
        """The furthest they came."""
        given = self.given
        reached: tuple[tuple[State, object], ...] = (
            ("finished", given.finished_at or self.handed_in_at),
            ("withdrawn", given.revoked_at),
            ("learned", given.learned_at),
            ("started", given.started_at),
            ("sent", self.sent_at),
            ("copied", self.link and self.link.copied_at),
        )
        return next((name for name, at in reached if at is not None), "waiting")

    @property
    def handed_in_at(self) -> datetime | None:
        """When they first handed answers in; they may have tries left."""
        return next((one.submitted_at for one in self.tried if one.submitted_at is not None), None)

    @property
    def sent_at(self) -> datetime | None:
        """When they were last told."""
        return max((row.sent_at for row in self.rows if row.sent_at is not None), default=None)

    @property
    def last(self) -> Attempt | None:
        """The attempt that was handed in last."""
        return next((one for one in reversed(self.tried) if one.submitted_at is not None), None)

    @property
    def to_mark(self) -> bool:
        """Whether an answer waits for a manager."""
        return self.last is not None and self.last.marked_at is None

    @property
    def kind(self) -> str:
        """A lesson, or a quiz alone."""
        return "lesson" if self.given.module_id is not None else "quiz"


def of(parts: Parts, found: Sequence[Assignment], at: datetime) -> list[Progress]:
    """How far each of these is."""
    everybody = {person.id: person for person in people.find(parts.store)}
    numbers = [one.id for one in found]
    told = outbox.about(parts.store, [one.about for one in found])
    tried = attempts.of(parts.store, numbers)
    with parts.store.read() as connection:
        lessons, quizzes = assignments.titles(connection)
        ways_in = link_store.newest_of(connection, numbers)
    shown = []
    for one in found:
        person, rows = everybody[one.person_id], tuple(told.get(one.about, ()))
        title = lessons.get(one.module_id or 0) or quizzes.get(one.quiz_id or 0) or ""
        link, attempted = ways_in.get(one.id), tuple(tried.get(one.id, ()))
        why = _why(parts, one, person, rows, at)
        shown.append(Progress(one, person, title, link, rows, attempted, why, _held(parts, rows)))
    return shown


def _held(parts: Parts, rows: Sequence[Entry]) -> str | None:
    """What keeps rows from being sent as Exemplar is set up."""
    unsent = (row for row in rows if row.sent_at is None and row.given_up_at is None)
    return next((why for row in unsent if (why := telling.held(parts.settings, row.channel, links=row.links))), None)


def _why(parts: Parts, given: Assignment, person: Person, rows: Sequence[Entry], at: datetime) -> str | None:
    """Why somebody hasn't been told yet; None where there is nothing to tell, or they were."""
    if not given.open or given.started_at is not None:
        return None
    waits = next((row for row in reversed(rows) if row.sent_at is None), None)
    if waits is not None:
        return _kept(parts, waits, person, at)
    return None if any(row.sent_at for row in rows) else nowhere(person)


def _kept(parts: Parts, row: Entry, person: Person, at: datetime) -> str:
    """What keeps a row from being sent now."""
    if row.given_up_at is not None:
        return f"{row.error}. It is not tried again by itself."
    held = telling.held(parts.settings, row.channel, links=row.links)
    if held is not None:
        return held
    if row.error is not None and row.due_at > at:
        return f"{row.error}. It is tried again at {time_of_day(row.due_at)}."
    until = max(row.due_at, Quiet.of(parts.settings, person).until(at) if row.payload.get("waits", True) else at)
    return SOON if until <= at else f"Quiet hours: it goes out on {day(until)} at {time_of_day(until)}."


def nowhere(person: Person) -> str | None:
    """Why somebody can't be told at all; None where they can."""
    if person.left_at is not None:
        return f"{person.name} has left."
    return NOWHERE if way(person) is None else SOON
