"""What coaching changed: what was done of what could have been, in the calls before and after a lesson or a day.

Each rep's own "after" begins when they read the lesson to its end. Conversations with a date count, as many days before
as after, once their rep could hear them (counting.py). Nothing here says why something changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from clips_api import chance, modules, single
from clips_api.counting import counted
from clips_api.deps import Parts
from clips_api.index.database import Row
from clips_api.index.question import moment
from clips_api.index.rows import utc
from clips_api.lessons import Heard, read
from clips_api.store import modules as store
from clips_api.store import people
from clips_api.store.people import Roster, folded
from pipeline.errors import BadInput

Kind = Literal["tag", "step"]
Side = Literal["before", "after"]
FEW = 10  # fewer on either side say little
UNLIKELY = 0.05  # what is at least as likely as this could be chance
DAYS = (30, 60, 90, 180, 365)


@dataclass(frozen=True)
class Asked:
    """What is compared: around a lesson or a day; of one rep, a team, or everybody; one tag or step, or all."""

    module: int | None = None
    day: str | None = None
    rep: str | None = None
    team: str | None = None
    tag: str | None = None
    step: str | None = None
    days: int = 90  # before and after

    @property
    def measure(self) -> tuple[Kind, str] | None:
        """The tag or the step."""
        return ("tag", self.tag) if self.tag else ("step", self.step) if self.step else None


@dataclass(frozen=True)
class Start:
    """From when on the calls of somebody count as "after"; `reps`: as recordings name them."""

    name: str
    reps: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Count:
    """How often something was done, of how often it could have been, in how many calls."""

    done: int = 0
    total: int = 0
    calls: int = 0


@dataclass(frozen=True)
class Change:
    """One tag or step before and after. `about`: whether the lesson is about it."""

    kind: Kind
    name: str
    before: Count
    after: Count
    about: bool = False

    @property
    def few(self) -> bool:
        """Whether there are too few to say anything."""
        return min(self.before.total, self.after.total) < FEW

    @cached_property
    def chance(self) -> float:
        """How likely such a difference is if nothing changed."""
        return chance.chance(self.before.done, self.before.total, self.after.done, self.after.total)

    @property
    def could_be_chance(self) -> bool:
        return self.chance >= UNLIKELY

    @property
    def way(self) -> Literal["more", "less", "same", "unknown"]:
        """Where the share went."""
        if not (self.before.total and self.after.total):
            return "unknown"
        more = self.after.done * self.before.total - self.before.done * self.after.total
        return "more" if more > 0 else "less" if more < 0 else "same"


@dataclass(frozen=True)
class Changes:
    """All that was asked for. `waiting`: calls that are not counted yet; `undated`: those that can't be."""

    starts: tuple[Start, ...]
    changes: tuple[Change, ...]
    before: int
    after: int
    waiting: int
    undated: int

    @property
    def reps(self) -> list[str]:
        return [rep for one in self.starts for rep in one.reps]


def changes(parts: Parts, asked: Asked, at: datetime) -> Changes:
    """Compare. Raises NotFound for a lesson that isn't there, BadInput for what is no day, FiguresOff (single.py)."""
    single.check(parts, asked.rep)
    found = starts(parts, asked)
    values = _values(parts, found, asked, at)
    sides: dict[tuple[Kind, str], dict[bool, Count]] = {}
    for row in parts.database.rows("changes", **values):
        count = Count(row["done"], row["total"], row["calls"])
        sides.setdefault((row["kind"], row["name"]), {})[row["later"]] = count
    about = taught(parts, asked.module) if asked.module is not None else set()
    told = [
        Change(*name, side.get(False, Count()), side.get(True, Count()), name in about)
        for name, side in sides.items()
        if asked.measure in (None, name)
    ]
    calls = {row["later"]: row for row in parts.database.rows("changes_calls", **values)}
    undated = parts.database.rows("undated_calls", reps=values["reps"])[0]["calls"] if found else 0
    return Changes(
        starts=tuple(found),
        changes=tuple(sorted(told, key=lambda one: (not one.about, one.kind == "step", one.name))),
        before=calls[False]["calls"] if False in calls else 0,
        after=calls[True]["calls"] if True in calls else 0,
        waiting=sum(row["waiting"] for row in calls.values()),
        undated=undated,
    )


def behind(
    parts: Parts, asked: Asked, at: datetime, side: Side, *, did: bool | None, limit: int, skip: int = 0
) -> list[Row]:
    """The moments that a count counts, the latest first. Raises BadInput where no tag or step is named, FiguresOff."""
    single.check(parts, asked.rep)
    if asked.measure is None:
        raise BadInput("name a tag or a step")
    kind, name = asked.measure
    values = _values(parts, starts(parts, asked), asked, at)
    more = {"kind": kind, "measure": name, "later": side == "after", "did": did, "limit": limit, "skip": skip}
    return parts.database.rows("changes_counted", **values, **more)


def starts(parts: Parts, asked: Asked) -> list[Start]:
    """Whose calls are compared, and from when on. Of people whom this person sees, by name."""
    roster = people.roster(parts.store)
    if asked.module is not None:
        return [one for one in _learned(parts, asked.module, roster) if _wanted(one.name, asked, roster)]
    day = moment(asked.day, "day")
    if day is None:
        return []
    at = day.replace(tzinfo=UTC)
    return [Start(name, reps, at) for name, reps in _seen(parts, roster).items() if _wanted(name, asked, roster)]


def taught(parts: Parts, module: int) -> set[tuple[Kind, str]]:
    """The tags that the clips of a lesson show."""
    version = store.published(parts.store, module)
    items = read(version.items) if version is not None else ()
    return {("tag", item.tag) for item in items if isinstance(item, Heard) and item.tag}


def _learned(parts: Parts, module: int, roster: Roster) -> list[Start]:
    """Whoever has read a lesson to its end, from the first time on."""
    store.one(parts.store, module)
    first: dict[int, datetime] = {}
    for one in modules.coached(parts, [module]):
        done = one.learned_at or one.finished_at
        if done is not None:
            first[one.person_id] = min(done, first.get(one.person_id, done))
    names = {one.id: one.name for one in roster.people}
    seen = _seen(parts, roster)
    found = [Start(names[person], seen.get(names[person], ()), at) for person, at in first.items() if person in names]
    return sorted(found, key=lambda one: one.name.casefold())


def _seen(parts: Parts, roster: Roster) -> dict[str, tuple[str, ...]]:
    """The reps whose calls this person sees, by their own name, each with the names that recordings use."""
    found: dict[str, tuple[str, ...]] = {}
    for row in parts.database.rows("reps"):
        if parts.viewer.sees(row["name"]):
            person = roster.person(row["name"])
            name = person.name if person is not None else row["name"]
            found[name] = (*found.get(name, ()), row["name"])
    return dict(sorted(found.items(), key=lambda one: one[0].casefold()))


def _wanted(name: str, asked: Asked, roster: Roster) -> bool:
    if asked.team and not roster.is_in(name, asked.team):
        return False
    if not asked.rep:
        return True
    person = roster.person(asked.rep)
    return folded(person.name if person is not None else asked.rep) == folded(name)


def _values(parts: Parts, found: Sequence[Start], asked: Asked, at: datetime) -> dict[str, Any]:
    if not 1 <= asked.days <= DAYS[-1]:
        raise BadInput(f"days: from 1 to {DAYS[-1]}")
    reps = [(rep, utc(one.at)) for one in found for rep in one.reps]
    return {
        "reps": [rep for rep, _ in reps],
        "ats": [when for _, when in reps],
        "days": asked.days,
        **counted(parts, at),
    }
