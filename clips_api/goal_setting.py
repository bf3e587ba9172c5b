"""Setting goals: what can be one and for whom, changing it, putting it away. Each is written down in the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from clips_api import audit, single
from clips_api.deps import Parts
from clips_api.goals import Standing, titled
from clips_api.store import goals as store
from clips_api.store import people
from clips_api.store.goals import Goal
from clips_api.store.people import Roster, folded
from pipeline.errors import BadInput, NotAllowed, NotFound

MOST = 1_000_000  # of a number
LONGEST = timedelta(days=731)  # of a period
NAMES_OFF = (
    "figures that name reps are off for this team, so only a rate of the whole team can be a goal; "
    "an admin can turn them on, on the team page"
)


def make(parts: Parts, goal: Goal) -> Goal:
    """Set a goal. Raises BadInput for what can't be one, NotAllowed, and NotFound for whom they don't coach."""
    kept = store.add(parts.store, _checked(parts, goal))
    audit.note(parts, "changed", kept.about, f"set for {_said(parts, kept)}")
    return kept


def change(parts: Parts, found: Standing, goal: Goal) -> Goal:
    """Give it another target or period. Raises as `make`."""
    _may_change(found)
    fresh = _checked(parts, goal)
    period = {"starts_on": fresh.starts_on, "ends_on": fresh.ends_on}
    kept = store.change(parts.store, found.goal.id, target=fresh.target, **period)
    audit.note(parts, "changed", kept.about, _said(parts, kept))
    return kept


def put_away(parts: Parts, found: Standing, at: datetime) -> None:
    """Nobody goes for it any more; what it counted stays. Raises NotAllowed."""
    _may_change(found)
    store.change(parts.store, found.goal.id, put_away_at=at)
    audit.note(parts, "changed", found.goal.about, f"put away, of {found.who}")


def teams(parts: Parts, roster: Roster) -> list[str]:
    """The teams that they look after."""
    viewer = parts.viewer
    if not viewer.may("manager"):
        return []
    own = viewer.person.team if viewer.person is not None else None
    return roster.teams if viewer.sees_all else [one for one in roster.teams if own and roster.same_team(one, own)]


def team(parts: Parts, roster: Roster, name: str) -> str:
    """A team that they look after, as people write it. Raises NotFound."""
    found = next((one for one in teams(parts, roster) if folded(one) == folded(name)), None)
    if found is None:
        raise NotFound(f"team {name}")
    return found


def _checked(parts: Parts, goal: Goal) -> Goal:
    if (goal.person_id is None) == (goal.team is None):
        raise BadInput("choose a rep or a team")
    if goal.rate != bool(goal.name):
        raise BadInput("choose a tag or a step" if goal.rate else f"{goal.kind} have no name")
    most = 100 if goal.rate else MOST
    if not 1 <= goal.target <= most:
        raise BadInput(f"the target is from 1 to {most:,}{' percent' if goal.rate else ''}")
    if goal.ends_on < goal.starts_on:
        raise BadInput("it ends before it begins")
    if goal.ends_on - goal.starts_on > LONGEST:
        raise BadInput("two years are the longest")
    roster = people.roster(parts.store)
    if goal.team is not None:
        return replace(goal, team=team(parts, roster, goal.team))
    person = next((one for one in roster.people if one.id == goal.person_id), None)
    if person is None or person.left or not parts.viewer.coaches(person):
        raise NotFound(f"person {goal.person_id}")
    if goal.rate and not single.shown(parts, [person.name]):
        raise NotAllowed(NAMES_OFF)
    return goal


def _may_change(found: Standing) -> None:
    if not found.may_change:
        raise NotAllowed("this is for whoever coaches them")


def _said(parts: Parts, goal: Goal) -> str:
    person = people.get(parts.store, goal.person_id) if goal.person_id is not None else None
    who = person.name if person is not None else goal.team
    unit = " percent" if goal.rate else ""
    return f"{who}: {titled(goal)}, {goal.target}{unit} from {goal.starts_on} to {goal.ends_on}"
