"""Check-ins: once a week each rep of a team that wants it is asked for one line, behind a link that is theirs alone.

They are asked at the time that the setting `check_in` names, on their own clock; where that is a day off for them,
on the working day before. Opening a link changes nothing. A line can be changed until the link ends, a week later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request

from clips_api.deps import Given, Parts
from clips_api.entrance import entered
from clips_api.keyring import Keys, is_token
from clips_api.quiet import Quiet
from clips_api.reaching import News, tell
from clips_api.repeating import free_days
from clips_api.store import checkins, people
from clips_api.store.checkins import CheckIn
from clips_api.store.links import hashed
from clips_api.store.people import Person, folded
from pipeline.errors import BadInput, ExemplarError, NotFound
from pipeline.library import now
from pipeline.settings import Settings

KIND = "checkin"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WAITS = timedelta(days=7)  # for a line
LONGEST = 280  # code points of it
A_WEEK = timedelta(days=7)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Closed(ExemplarError):
    """This check-in is over."""

    advice = "There is nothing to do: the next one comes with a link of its own."


@dataclass(frozen=True)
class Sheet:
    """A check-in as it stands, whose it is, and the address of its page."""

    checkin: CheckIn
    person: Person
    path: str


def wanted(parts: Parts, at: datetime) -> list[tuple[Person, date]]:
    """Who is to be asked now, and the Monday of the week that it is about."""
    teams = checkins.asking(parts.store)
    if not teams or not parts.settings.check_in:
        return []
    asked = [
        (person, week)
        for person in people.find(parts.store)
        if person.role == "rep"
        and not person.left
        and folded(person.team or "") in teams
        and (week := _week(parts.settings, person, at)) is not None
    ]
    known = checkins.asked(parts.store, [person.id for person, _ in asked], (at - 2 * A_WEEK).date()) if asked else []
    had = {(one.person_id, one.week) for one in known}
    return [(person, week) for person, week in asked if (person.id, week) not in had]


def ask(parts: Parts, at: datetime) -> int:
    """Ask everybody who is to be asked now; how many there were. Asked twice, nobody is asked twice."""
    return sum(_write(parts, person, week, at) for person, week in wanted(parts, at))


def of_token(parts: Parts, token: str, at: datetime | None = None) -> Sheet:
    """What a link opens. Raises Closed, whatever is wrong with it."""
    if not is_token(token):
        raise Closed
    return _sheet(parts, checkins.of_token(parts.store, hashed(token)), f"/q/{token}/checkin", at or now())


def own(parts: Parts, number: int) -> Sheet:
    """The same for somebody who is signed in. Raises NotFound, Closed."""
    found = checkins.get(parts.store, number)
    if found is None or found.person_id != parts.viewer.id:
        raise NotFound(f"check-in {number}")
    return _sheet(parts, found, f"/checkins/{number}", now())


def opened(request: Request, parts: Given) -> Sheet:
    """The check-in of a route under /q/{token}/checkin or /checkins/{number}. Raises Closed, NotFound."""
    return entered(request, partial(of_token, parts), partial(own, parts))


Opened = Annotated[Sheet, Depends(opened)]


def open_for(parts: Parts, at: datetime) -> CheckIn | None:
    """What waits for a line of whoever is signed in: the newest."""
    if parts.viewer.id is None:
        return None
    found = checkins.asked(parts.store, [parts.viewer.id], (at - 2 * A_WEEK).date())
    return next((one for one in found if one.open(at)), None)


def answer(parts: Parts, sheet: Sheet, text: str, at: datetime) -> None:
    """Keep a line, in the place of one that was there. Raises BadInput, Closed."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    if not line:
        raise BadInput("write a line first")
    if len(line) > LONGEST:
        raise BadInput(f"one line has at most {LONGEST} characters; this one has {len(line)}")
    if not checkins.answer(parts.store, sheet.checkin.id, line, at):
        raise Closed


def token(parts: Parts, seed: str) -> str:
    """The token of a check-in, made anew."""
    return Keys(parts.library.secret()).token("checkin", seed)


def when(settings: Settings) -> tuple[int, time] | None:
    """On which weekday (Monday is 0) and at what time people are asked; None: never."""
    day, _, clock = settings.check_in.partition(" ")
    return (DAYS.index(day), time.fromisoformat(clock)) if clock else None


def _week(settings: Settings, person: Person, at: datetime) -> date | None:
    """The Monday of the week about which somebody is asked now; None: it is not the time, or they have none of it."""
    asks, quiet = when(settings), Quiet.of(settings, person)
    if asks is None or quiet.until(at) != at:
        return None
    clock, (weekday, from_) = quiet.here(at), asks
    monday = clock.date() - timedelta(days=clock.weekday())
    free = free_days(quiet)
    days = [*range(weekday, -1, -1), *range(weekday + 1, 7)]  # that day, else the nearest before it, else after it
    day = next((one for one in days if one not in free), None)
    if day is None:
        return None
    begins = datetime.combine(monday + timedelta(days=day), from_)
    return monday if clock.replace(tzinfo=None) >= begins else None


def _write(parts: Parts, person: Person, week: date, at: datetime) -> bool:
    seed = uuid4().hex
    made = CheckIn(person.id, person.team or "", week, at, seed, hashed(token(parts, seed)), at + WAITS)
    with parts.store.write() as connection:
        kept = checkins.add(parts.store, connection, made)
        if kept is None:
            return False
        news = News(KIND, kept.about, kept.about, {"checkin": kept.id})
        tell(parts.store, connection, person, news, at, quiet=Quiet.of(parts.settings, person))
        return True


def _sheet(parts: Parts, found: CheckIn | None, path: str, at: datetime) -> Sheet:
    person = people.get(parts.store, found.person_id) if found is not None else None
    if found is None or person is None or person.left or not found.open(at):
        raise Closed
    return Sheet(found, person, path)
