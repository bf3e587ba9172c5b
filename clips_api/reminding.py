"""Reminders: one a while after somebody was told, one before it is due, never after the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field

from clips_api.deps import Given, Parts
from clips_api.giving import invite
from clips_api.problems import RESPONSES
from clips_api.quiet import Quiet
from clips_api.reaching import News, tell, way
from clips_api.store import assignments, attempts, outbox, people
from clips_api.store import links as link_store
from clips_api.store.assignments import Assignment
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from pipeline.library import now
from pipeline.settings import Settings

router = APIRouter(prefix="/api/v1/reminders", tags=["assignments"], responses=RESPONSES)
APART = timedelta(hours=20)  # between two messages about the same
MOST = 2  # reminders of one assignment
ASSIGNED, AFTER, BEFORE = "assigned", "after", "before"


class Due(BaseModel):
    """How many messages should be written."""

    due: int


class Written(BaseModel):
    """How many messages were written."""

    written: int = Field(description="They wait in the outbox until they are sent.")


@router.get("")
def due(parts: Given) -> Due:
    """How many people should be reminded now, or can be told only now."""
    return Due(due=len(wanted(parts, now())))


@router.post("")
def write(parts: Given) -> Written:
    """Write these messages. Asked twice, nobody is reminded twice."""
    return Written(written=remind(parts, now()))


def remind(parts: Parts, at: datetime) -> int:
    """Write every message that is due; how many there were."""
    written = 0
    for given, person, which in wanted(parts, at):
        with parts.store.write() as connection:
            fresh = assignments.one(connection, given.id)
            if fresh is None or not fresh.open:
                continue
            if which == ASSIGNED:
                written += invite(parts, connection, fresh, person, at)
                continue
            news = News("reminder", given.about, f"reminder/{given.id}/{which}", {"assignment": given.id})
            quiet = Quiet.of(parts.settings, person)
            written += tell(parts.store, connection, person, news, at, quiet=quiet)
    return written


def wanted(parts: Parts, at: datetime) -> list[tuple[Assignment, Person, str]]:
    """Who should be told what now."""
    found = assignments.find(parts.store, unfinished=True, most=None)
    answered = attempts.handed_in(parts.store, [one.id for one in found])
    found = [one for one in found if one.id not in answered]
    everybody = {person.id: person for person in people.find(parts.store)}
    told = outbox.about(parts.store, [one.about for one in found])
    with parts.store.read() as connection:
        ways_in = link_store.newest_of(connection, [one.id for one in found])
    due = []
    for one in found:
        person = everybody[one.person_id]
        if way(person) is None:
            continue
        link = ways_in.get(one.id)
        case = _Case(one, told.get(one.about, ()), link.copied_at if link is not None else None)
        if (which := _which(parts.settings, case, Quiet.of(parts.settings, person), at)) is not None:
            due.append((one, person, which))
    return due


@dataclass(frozen=True)
class _Case:
    """An assignment, and what its person was told of it."""

    given: Assignment
    rows: Sequence[Entry]
    copied_at: datetime | None

    @property
    def told(self) -> list[datetime]:
        """When they knew of it, the first time first."""
        known = (*(row.sent_at for row in self.rows), self.copied_at, self.given.started_at)
        return sorted(at for at in known if at is not None)

    @property
    def reminded(self) -> list[str]:
        """The reminders that were written."""
        return [row.dedupe.rpartition("/")[2] for row in self.rows if row.kind == "reminder"]


def _which(settings: Settings, case: _Case, quiet: Quiet, at: datetime) -> str | None:
    """What somebody should be told of an assignment now; None: nothing."""
    due_on, told = case.given.due_on, case.told
    if not told and not case.rows:
        return ASSIGNED  # they had no address until now
    waits = any(row.sent_at is None for row in case.rows)
    if not told or waits or len(case.reminded) >= MOST or at < told[-1] + APART:
        return None
    if due_on is not None and settings.remind_before and BEFORE not in case.reminded:
        noon = datetime.combine(due_on, time(12), quiet.here(at).tzinfo)
        if quiet.working(noon, -settings.remind_before).date() <= quiet.here(at).date() <= due_on:
            return BEFORE
    late = settings.remind_after > 0 and at >= quiet.working(told[0], settings.remind_after)
    return AFTER if late and not case.reminded else None
