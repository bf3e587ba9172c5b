"""A team's week: what to coach next, its targets, this week beside the last, twelve weeks of each tag and step.

Calls count here as everywhere (counting.py). Single reps are named only where their team has that on (single.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from clips_api import single
from clips_api.changed import FEW, Change, Count, Kind
from clips_api.counting import counted
from clips_api.deps import Parts
from clips_api.index.database import Row
from clips_api.index.rows import utc
from clips_api.members import Members, members
from clips_api.store import targets as aims
from clips_api.store.targets import Target
from clips_api.targets import USUAL, Light, light, missing
from clips_api.trend import mondays

WEEKS = 12  # this one and those before it
LATELY = 4  # of them, by which is judged what to coach
BACK = 52  # weeks that one can look back
MOST = 5  # tags and steps to coach next
REPS = 3  # of each, to begin with


@dataclass(frozen=True)
class Asked:
    """Whose week: a team's, or everybody's together; this one, or one so many weeks back."""

    team: str | None = None
    back: int = 0


@dataclass(frozen=True)
class Measure:
    """One tag or step, week by week, the oldest first."""

    kind: Kind
    name: str
    weeks: tuple[Count, ...]
    target: Target | None = None

    @cached_property
    def lately(self) -> Count:
        """The last four weeks."""
        return _sum(self.weeks[-LATELY:])

    @property
    def change(self) -> Change:
        """The last week beside the one before."""
        return Change(self.kind, self.name, self.weeks[-2], self.weeks[-1])

    @property
    def light(self) -> Light | None:
        """Where the last four weeks stand to the target."""
        return light(self.lately.done, self.lately.total, self.target.share) if self.target else None

    @property
    def missing(self) -> int:
        """How many more it would have taken."""
        return missing(self.lately.done, self.lately.total, self.wanted)

    @property
    def wanted(self) -> int:
        """The share that is aimed at, of a hundred; half where none is set."""
        return self.target.share if self.target else USUAL


@dataclass(frozen=True)
class Rep:
    """One rep's last four weeks of something; `rep`: as recordings name them."""

    rep: str
    name: str
    count: Count
    missing: int


@dataclass(frozen=True)
class ToCoach:
    """Something worth coaching, and whom to begin with; of whom figures are not shown alone nobody."""

    measure: Measure
    reps: tuple[Rep, ...]


@dataclass(frozen=True)
class Figures:
    """All of it. `begins`: Mondays; `calls`: how many count in each week; `waiting`: that don't yet."""

    whose: Members
    begins: tuple[datetime, ...]
    calls: tuple[int, ...]
    waiting: int
    measures: tuple[Measure, ...]  # those first of which enough was counted lately
    coach: tuple[ToCoach, ...]

    @property
    def aimed(self) -> tuple[Measure, ...]:
        """What has a target."""
        return tuple(one for one in self.measures if one.target is not None)


def figures(parts: Parts, asked: Asked, at: datetime) -> Figures:
    """What there is to say of a team. Raises NotFound for one that isn't theirs to look at."""
    whose = members(parts, asked.team)
    begins = mondays_of(parts, asked, at)
    values = {**_values(whose.called, begins, (1, WEEKS)), **_counted(parts, at)}
    targets = {(one.kind, one.name): one for one in aims.of(parts.store, whose.team or "")}
    found: dict[tuple[Kind, str], list[Count]] = {name: [Count()] * WEEKS for name in targets}
    calls = [Count()] * WEEKS
    starts = [utc(one) for one in begins[:-1]]
    for row in parts.database.kept("team_weeks", **values, starts=starts) if whose.called else ():
        made = row["kind"] == "call"
        weeks = calls if made else found.setdefault((row["kind"], row["name"]), [Count()] * WEEKS)
        weeks[row["week"] - 1] = Count(row["done"], row["total"])
    measures = [Measure(*name, tuple(weeks), targets.get(name)) for name, weeks in found.items()]
    first = sorted((one for one in measures if one.lately.total >= FEW and one.missing), key=_urgent)[:MOST]
    return Figures(
        whose=whose,
        begins=tuple(begins[:-1]),
        calls=tuple(one.done for one in calls),
        waiting=sum(one.total - one.done for one in calls),
        measures=tuple(sorted(measures, key=lambda one: (one.lately.total < FEW, one.kind == "step", one.name))),
        coach=tuple(_whom(parts, whose, first, values | {"since": utc(begins[-1 - LATELY])})),
    )


def behind(
    parts: Parts,
    asked: Asked,
    at: datetime,
    measure: tuple[Kind, str],
    weeks: tuple[int, int] = (1, WEEKS),
    *,
    rep: str | None = None,
    did: bool | None = None,
    limit: int,
    skip: int = 0,
) -> list[Row]:
    """The moments that a count counts from one week to another, 1 the oldest; of one rep only where that is on."""
    single.check(parts, rep)
    whose = members(parts, asked.team)
    reps = whose.of(rep) if rep else whose.called
    values = {**_values(reps, mondays_of(parts, asked, at), weeks), **_counted(parts, at)}
    more = {"kind": measure[0], "measure": measure[1], "did": did, "limit": limit, "skip": skip}
    return parts.database.rows("team_counted", **values, **more) if reps else []


def mondays_of(parts: Parts, asked: Asked, at: datetime) -> list[datetime]:
    """When these weeks begin, and when the last of them ends."""
    return mondays(parts, at - timedelta(weeks=asked.back), WEEKS)


def _whom(parts: Parts, whose: Members, first: list[Measure], values: dict[str, Any]) -> Iterable[ToCoach]:
    """With whom to begin: those who are furthest from it, of whom enough is known."""
    alone = sorted(single.shown(parts, whose.called, whose.roster))
    asked = {"reps": alone, "kinds": [one.kind for one in first], "names": [one.name for one in first]}
    found: dict[tuple[Kind, str], dict[str, tuple[str, Count]]] = {}
    for row in parts.database.kept("team_reps", **values | asked) if alone and first else ():
        of, name = found.setdefault((row["kind"], row["name"]), {}), whose.called[row["rep"]]
        rep, before = of.get(name, (row["rep"], Count()))
        of[name] = rep, Count(before.done + row["done"], before.total + row["total"])
    for one in first:
        counts = found.get((one.kind, one.name), {})
        some = [Rep(rep, name, it, missing(it.done, it.total, one.wanted)) for name, (rep, it) in counts.items()]
        furthest = sorted((it for it in some if it.count.total >= FEW and it.missing), key=_furthest)
        yield ToCoach(one, tuple(furthest[:REPS]))


def _urgent(one: Measure) -> tuple[object, ...]:
    """What has a target first, then where most is missing."""
    return one.target is None, -one.missing, one.kind, one.name


def _furthest(one: Rep) -> tuple[object, ...]:
    return -one.missing, one.count.done / one.count.total, one.name.casefold()


def _values(reps: Iterable[str], begins: list[datetime], weeks: tuple[int, int]) -> dict[str, Any]:
    first, last = weeks
    return {"reps": list(reps), "since": utc(begins[first - 1]), "until": utc(begins[last])}


def _counted(parts: Parts, at: datetime) -> dict[str, Any]:
    """Which calls count, by the quarter of an hour, so that what was counted can be kept for a while."""
    return counted(parts, at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0))


def _sum(weeks: Iterable[Count]) -> Count:
    some = list(weeks)
    return Count(sum(one.done for one in some), sum(one.total for one in some))
