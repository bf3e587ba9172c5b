"""What goals count: calls and moments in the index, by the rule of all figures, and numbers that were entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from clips_api.counting import counted
from clips_api.deps import Parts
from clips_api.index.database import Row
from clips_api.index.rows import utc
from clips_api.store import tallies
from clips_api.store.goals import Goal
from clips_api.store.tallies import Tally

BETWEEN = "\x1f"  # between the names of reps in a text that is many


@dataclass(frozen=True)
class Figure:
    """What there is so far; of a rate out of how many chances."""

    done: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """A rate, rounded down, so that 70 is never told of less."""
        return 100 * self.done // self.total if self.total else 0


class Measured(Protocol):
    """A goal, whose it is, and its period."""

    @property
    def goal(self) -> Goal: ...
    @property
    def reps(self) -> tuple[str, ...]: ...
    @property
    def people(self) -> tuple[int, ...]: ...
    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...


def figures(parts: Parts, asked: Sequence[Measured], at: datetime) -> dict[int, Figure]:
    """The figure of each of these goals, by its number; the index is asked twice for all of them."""
    found = {one.goal.id: Figure() for one in asked}
    if heard := [one for one in asked if not one.goal.entered and one.reps]:
        counts = counted(parts, at)
        rates, calls = ([one for one in heard if one.goal.rate is is_rate] for is_rate in (True, False))
        for row in _ask(parts, "goal_rates", rates, counts, names=True) + _ask(parts, "goal_calls", calls, counts):
            found[row["goal"]] = Figure(row["done"], row.get("total", 0))
    entered = [one for one in asked if one.goal.entered]
    rows = _tallies(parts, entered)
    for one in entered:
        found[one.goal.id] = Figure(sum(row.number for row in rows if _counts(one, row)))
    return found


def moments(parts: Parts, one: Measured, at: datetime, *, did: bool | None, limit: int, skip: int = 0) -> list[Row]:
    """The moments that a rate counts, the latest first."""
    more = {"kind": one.goal.kind, "measure": one.goal.name, "did": did}
    return parts.database.rows("goal_counted", **_period(parts, one, at), **more, limit=limit, skip=skip)


def calls(parts: Parts, one: Measured, at: datetime, *, limit: int, skip: int = 0) -> list[Row]:
    """The calls that a number of them counts, the latest first."""
    return parts.database.rows("goal_calls_counted", **_period(parts, one, at), limit=limit, skip=skip)


def entries(parts: Parts, one: Measured) -> list[Tally]:
    """What was entered for a goal, the latest day first."""
    return [row for row in _tallies(parts, [one]) if _counts(one, row)]


def _ask(
    parts: Parts, statement: str, asked: Sequence[Measured], counts: dict[str, Any], *, names: bool = False
) -> list[Row]:
    if not asked:
        return []
    named = {"kinds": [one.goal.kind for one in asked], "names": [one.goal.name for one in asked]}
    return parts.database.rows(
        statement,
        goals=[one.goal.id for one in asked],
        reps=[BETWEEN.join(one.reps) for one in asked],
        since=[utc(one.since) for one in asked],
        until=[utc(one.until) for one in asked],
        **(named if names else {}),
        **counts,
    )


def _period(parts: Parts, one: Measured, at: datetime) -> dict[str, Any]:
    return {"reps": list(one.reps), "since": utc(one.since), "until": utc(one.until), **counted(parts, at)}


def _tallies(parts: Parts, asked: Sequence[Measured]) -> list[Tally]:
    if not asked:
        return []
    since, until = min(one.goal.starts_on for one in asked), max(one.goal.ends_on for one in asked)
    return tallies.find(parts.store, {person for one in asked for person in one.people}, since=since, until=until)


def _counts(one: Measured, row: Tally) -> bool:
    goal = one.goal
    return row.kind == goal.kind and row.person_id in one.people and goal.starts_on <= row.day <= goal.ends_on
