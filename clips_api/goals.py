"""Goals as they stand: whose one may see, what they count so far, and whether the pace suffices.

Calls count as everywhere in figures of a team (counting.py). A rate of one rep is shown to that rep; to others only
where the figures of their team name reps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clips_api import goal_figures, pace
from clips_api.deps import Parts
from clips_api.goal_figures import Figure
from clips_api.pace import Days, Pace
from clips_api.quiet import Quiet
from clips_api.render import label
from clips_api.store import goals as store
from clips_api.store import people, team_choices
from clips_api.store.goals import Goal
from clips_api.store.people import Person, Roster, folded
from clips_api.store.team_choices import TeamChoices
from pipeline.errors import NotFound
from pipeline.zones import begins


@dataclass(frozen=True)
class Standing:
    """A goal as it stands today. `hidden`: its figure is that rep's alone, so `figure` and `pace` are None."""

    goal: Goal
    who: str
    days: Days
    reps: tuple[str, ...]  # as recordings name them
    people: tuple[int, ...]
    since: datetime
    until: datetime
    mine: bool = False  # it is this person's own
    may_change: bool = False
    hidden: bool = False
    figure: Figure | None = None
    pace: Pace | None = None

    @property
    def title(self) -> str:
        """What is to be reached, in words."""
        return titled(self.goal)

    @property
    def plays(self) -> bool:
        """Whether what it counts is theirs to hear."""
        return not self.hidden and (self.mine or self.may_change)

    @property
    def off(self) -> bool:
        """Whether it is behind."""
        return self.pace is not None and self.pace.colour in ("amber", "red")


@dataclass(frozen=True)
class _Known:
    """Everybody, how recordings name each, and what teams have chosen."""

    roster: Roster
    called: Mapping[int, tuple[str, ...]]
    choices: Mapping[str, TeamChoices]

    def names(self, team: str | None) -> bool:
        """Whether figures of a team name reps."""
        return self.choices.get(folded(team or ""), TeamChoices()).names_reps


def find(parts: Parts, at: datetime, *, since: date | None = None) -> list[Standing]:
    """The goals that whoever asks may see, the one that ends first before others; `since`: that end then or later."""
    return _standing(parts, store.find(parts.store, since=since), at)


def one(parts: Parts, number: int, at: datetime) -> Standing:
    """One of them. Raises NotFound."""
    found = _standing(parts, [store.one(parts.store, number)], at)
    if not found:
        raise NotFound(f"goal {number}")
    return found[0]


def off_pace(parts: Parts, at: datetime) -> list[Standing]:
    """Those under way that are behind, of those that whoever asks may see: for the digest."""
    since = (at - timedelta(days=1)).date()  # it may still be yesterday where they are
    return [one for one in find(parts, at, since=since) if one.off and not one.days.over]


def titled(goal: Goal) -> str:
    """What is to be reached, in words."""
    named = label(goal.name)
    said = {"tag": f"{named} handled well", "step": f"{named} heard", "calls": "conversations"}.get(
        goal.kind, goal.kind
    )
    return said[:1].upper() + said[1:]


def _standing(parts: Parts, found: Iterable[Goal], at: datetime) -> list[Standing]:
    roster = people.roster(parts.store)
    known = _Known(roster, _called(parts, roster), team_choices.every(parts.store))
    seen = [made for goal in found if (made := _seen(parts, known, goal, at)) is not None]
    figures = goal_figures.figures(parts, [one for one in seen if not one.hidden], at)
    return [_measured(one, figures.get(one.goal.id)) for one in seen]


def _seen(parts: Parts, known: _Known, goal: Goal, at: datetime) -> Standing | None:
    """A goal without its figure; None where it is not theirs to see."""
    viewer, roster, person = parts.viewer, known.roster, None
    if goal.team is not None:
        if not (viewer.sees_all or _same_team(viewer.person, goal.team)):
            return None
        whose, may = [one for one in roster.people if _same_team(one, goal.team)], viewer.may("manager")
    else:
        person = next((one for one in roster.people if one.id == goal.person_id), None)
        if person is None or not _sees(parts, known, person):
            return None
        whose, may = [person], viewer.coaches(person)
    mine = person is not None and person.id == viewer.id
    quiet = Quiet.of(parts.settings, person or Person(goal.team or ""))
    return Standing(
        goal=goal,
        who=person.name if person is not None else goal.team or "",
        days=pace.days(goal.starts_on, goal.ends_on, quiet.here(at).date(), quiet.weekend),
        reps=tuple(name for one in whose for name in known.called.get(one.id, ())),
        people=tuple(one.id for one in whose),
        since=begins(goal.starts_on, quiet.zone),
        until=begins(goal.ends_on + timedelta(days=1), quiet.zone),
        mine=mine,
        may_change=may,
        hidden=goal.rate and person is not None and not mine and not known.names(person.team),
    )


def _sees(parts: Parts, known: _Known, person: Person) -> bool:
    """Whether somebody's goals are shown: to them, to whoever coaches them, to a team whose figures name reps."""
    viewer = parts.viewer
    if viewer.id == person.id or viewer.coaches(person):
        return True
    return bool(person.team) and _same_team(viewer.person, person.team or "") and known.names(person.team)


def _same_team(person: Person | None, team: str) -> bool:
    return bool(person is not None and person.team and folded(person.team) == folded(team))


def _measured(one: Standing, figure: Figure | None) -> Standing:
    if figure is None:
        return one
    rate, target = one.goal.rate, one.goal.target
    stands = (
        pace.rate(figure.done, figure.total, target, one.days) if rate else pace.number(figure.done, target, one.days)
    )
    return replace(one, figure=figure, pace=stands)


def _called(parts: Parts, roster: Roster) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for row in parts.database.rows("reps"):
        person = roster.person(row["name"])
        if person is not None:
            found[person.id] = (*found.get(person.id, ()), row["name"])
    return found
