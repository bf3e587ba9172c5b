"""When a question comes back: one that was wrong the next working day, one that was right ever further apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from clips_api.deps import Parts
from clips_api.quiet import Quiet
from clips_api.store import assignments, repetitions
from clips_api.store.assignments import Assignment
from clips_api.store.people import Person
from clips_api.store.quizzes import Version
from clips_api.store.repetitions import Repetition

APART = (1, 7, 16, 35, 80)  # days until a question comes back: wrong the first of them, right one further
RIGHT_AT_ONCE = 1  # the rung of a question that was right when it was first asked


@dataclass(frozen=True)
class Standing:
    """How far somebody is with a question. `over`: it comes back no more."""

    rung: int
    due_on: date
    over: bool = False


def after(last: Standing | None, *, right: bool, day: date, free: Collection[int] = ()) -> Standing:
    """How far they are once they have answered it on a day; `free` are the weekdays on which nothing comes.

    Right before it was due changes nothing: who tries a quiz again at once still meets what was wrong the next day.
    """
    if not right:
        return Standing(0, _day(day, APART[0], free))
    if last is None:
        return Standing(RIGHT_AT_ONCE, _day(day, APART[RIGHT_AT_ONCE], free))
    if last.over or day < last.due_on:
        return last
    if last.rung + 1 == len(APART):
        return Standing(last.rung, last.due_on, over=True)
    return Standing(last.rung + 1, _day(day, APART[last.rung + 1], free))


def free_days(quiet: Quiet) -> frozenset[int]:
    """The weekdays on which nothing comes to somebody."""
    return quiet.weekend if quiet.silent else frozenset()


def answered(
    parts: Parts,
    connection: Connection,
    given: Assignment,
    version: Version,
    *,
    right: Mapping[str, bool],
    at: datetime,
) -> None:
    """A quiz was handed in: write down when each of its questions comes back."""
    person = assignments.whose(connection, given)
    known = repetitions.of(connection, person.id, version.quiz_id)
    for question, was_right in right.items():
        last = known.get(question)
        fresh = Repetition(person.id, version.quiz_id, version.id, given.id, question, 0, at.date(), at)
        keep(parts, connection, person, last, fresh, right=was_right)


def again(
    parts: Parts, connection: Connection, *, person: Person, last: Repetition, right: bool, at: datetime
) -> Repetition:
    """It was asked again and answered: write down when it comes back next."""
    return keep(parts, connection, person, last, replace(last, answered_at=at), right=right)


def keep(
    parts: Parts, connection: Connection, person: Person, last: Repetition | None, fresh: Repetition, *, right: bool
) -> Repetition:
    """Write down how far somebody is with a question now."""
    quiet = Quiet.of(parts.settings, person)
    before = Standing(last.rung, last.due_on, over=last.ended_at is not None) if last is not None else None
    at = fresh.answered_at
    now = after(before, right=right, day=quiet.here(at).date(), free=free_days(quiet))
    return repetitions.keep(parts.store, connection, fresh.standing(now.rung, now.due_on, at if now.over else None))


def _day(day: date, days: int, free: Collection[int]) -> date:
    """The first day from so many days on that is not free."""
    found = day + timedelta(days=days)
    while found.weekday() in free:
        found += timedelta(days=1)
    return found
