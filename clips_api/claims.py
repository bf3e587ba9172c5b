"""Names that recordings give to reps and that are nobody's yet: whose each may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clips_api.deps import Parts
from clips_api.store.people import Person, Roster
from pipeline.person import same


@dataclass(frozen=True)
class Unclaimed:
    """A name in recordings, in how many calls, and the one person whom it can mean, if it is one."""

    name: str
    calls: int
    maybe: Person | None


def unclaimed(parts: Parts, everybody: Sequence[Person]) -> list[Unclaimed]:
    """The names of reps in recordings that nobody has, those with the most calls first."""
    roster = Roster(everybody)
    found = [
        Unclaimed(row["name"], row["calls"], meant(row["name"], everybody))
        for row in parts.database.rows("rep_calls")
        if roster.person(row["name"]) is None
    ]
    return sorted(found, key=lambda one: (-one.calls, one.name.casefold()))


def meant(name: str, everybody: Sequence[Person]) -> Person | None:
    """The one person whom a name can mean; None where nobody's or several people's fits."""
    fitting = [one for one in everybody if any(same(name, known) for known in _ways(one))]
    return fitting[0] if len(fitting) == 1 else None


def _ways(person: Person) -> tuple[str, ...]:
    """How somebody may be written: their names, and their address without what comes after the @ (sam.ortega)."""
    return (*person.names, *((person.email.partition("@")[0],) if person.email else ()))
