"""Whose week is looked at: a team's reps, or all that whoever asks sees; as recordings name them, and as people do."""

from __future__ import annotations

from dataclasses import dataclass

from clips_api.deps import Parts
from clips_api.store import people
from clips_api.store.people import Roster
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Members:
    """`team` None: everybody together. `teams`: those that whoever asks may look at."""

    team: str | None
    teams: tuple[str, ...]
    roster: Roster
    called: dict[str, str]  # what people call whom recordings name so

    def of(self, rep: str) -> dict[str, str]:
        """One of them, by any of their names."""
        person = self.roster.person(rep)
        name = person.name if person is not None else rep
        return {one: called for one, called in self.called.items() if called == name}


def members(parts: Parts, team: str | None) -> Members:
    """The reps of a team; of none the one of whoever asks, or everybody. Raises NotFound where it isn't theirs."""
    roster = people.roster(parts.store)
    theirs = _teams(parts, roster)
    chosen = _meant(parts, theirs, team)
    called = {}
    for row in parts.database.rows("reps"):
        rep, person = row["name"], roster.person(row["name"])
        within = chosen is None or (person is not None and Roster.same_team(person.team or "", chosen))
        if within and parts.viewer.sees(rep):
            called[rep] = person.name if person is not None else rep
    return Members(chosen, tuple(theirs), roster, called)


def teams(parts: Parts) -> list[str]:
    """The teams that whoever asks may look at."""
    return _teams(parts, people.roster(parts.store))


def named(parts: Parts, team: str | None) -> str | None:
    """The team that is meant, as it is written. Raises NotFound."""
    return _meant(parts, teams(parts), team)


def _teams(parts: Parts, roster: Roster) -> list[str]:
    person = parts.viewer.person
    if parts.viewer.sees_all:
        return roster.teams
    return [person.team] if person is not None and person.team else []


def _meant(parts: Parts, theirs: list[str], team: str | None) -> str | None:
    if not team:
        return None if parts.viewer.sees_all else next(iter(theirs), None)
    found = next((one for one in theirs if Roster.same_team(one, team)), None)
    if found is None:
        raise NotFound(f"team {team}")
    return found
