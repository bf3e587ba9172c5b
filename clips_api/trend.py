"""A rep's own weeks: what was done of what could have been in their calls, whether or not anybody else sees it yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clips_api.changed import Count, Kind
from clips_api.deps import Parts
from clips_api.index.database import Row
from clips_api.index.rows import utc
from clips_api.quiet import Quiet
from clips_api.store import people

WEEKS = 8  # this one and those before it
HALF = WEEKS // 2


@dataclass(frozen=True)
class Line:
    """One tag or step, week by week, the oldest first."""

    kind: Kind
    name: str
    weeks: tuple[Count, ...]

    @property
    def before(self) -> Count:
        """The first half of these weeks."""
        return _sum(self.weeks[:HALF])

    @property
    def lately(self) -> Count:
        """The second half."""
        return _sum(self.weeks[HALF:])


@dataclass(frozen=True)
class Trend:
    """Somebody's weeks. `begins`: their Mondays, on their own clock; `calls`: conversations in each."""

    begins: tuple[datetime, ...]
    calls: tuple[int, ...]
    lines: tuple[Line, ...]


def own(parts: Parts, at: datetime) -> Trend:
    """The weeks of whoever asks; nothing for somebody who is not among people."""
    begins = mondays(parts, at)
    values = _values(parts, begins)
    found: dict[tuple[Kind, str], list[Count]] = {}
    for row in parts.database.rows("weeks", **values):
        weeks = found.setdefault((row["kind"], row["name"]), [Count()] * WEEKS)
        weeks[row["week"] - 1] = Count(row["done"], row["total"])
    calls = [0] * WEEKS
    for row in parts.database.rows("weeks_calls", **values):
        calls[row["week"] - 1] = row["calls"]
    lines = [Line(*name, tuple(weeks)) for name, weeks in found.items()]
    return Trend(tuple(begins[:-1]), tuple(calls), tuple(sorted(lines, key=lambda one: (one.kind == "step", one.name))))


def behind(
    parts: Parts, at: datetime, weeks: tuple[int, int], measure: tuple[Kind, str], *, limit: int, skip: int = 0
) -> list[Row]:
    """The moments of one's own that are counted from one week to another, 1 the oldest."""
    values = _values(parts, mondays(parts, at), weeks)
    del values["starts"]
    return parts.database.rows("weeks_counted", **values, kind=measure[0], measure=measure[1], limit=limit, skip=skip)


def mondays(parts: Parts, at: datetime, weeks: int = WEEKS) -> list[datetime]:
    """When so many weeks begin on this person's clock, and when the last of them ends."""
    person = parts.viewer.person
    here = Quiet.of(parts.settings, person).here(at) if person is not None else at.astimezone()
    monday = (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return [monday + timedelta(weeks=week) for week in range(1 - weeks, 2)]


def called(parts: Parts) -> list[str]:
    """How recordings name whoever asks."""
    person = parts.viewer.person
    if person is None:
        return []
    roster = people.roster(parts.store)
    names = (row["name"] for row in parts.database.rows("reps"))
    return [name for name in names if (whose := roster.person(name)) is not None and whose.id == person.id]


def _values(parts: Parts, begins: list[datetime], weeks: tuple[int, int] = (1, WEEKS)) -> dict[str, Any]:
    first, last = weeks
    return {
        "reps": called(parts),
        "starts": [utc(one) for one in begins[:-1]],
        "since": utc(begins[first - 1]),
        "until": utc(begins[last]),
    }


def _sum(weeks: tuple[Count, ...]) -> Count:
    return Count(sum(one.done for one in weeks), sum(one.total for one in weeks))
