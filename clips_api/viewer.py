"""Who asks: their name, their role, and whose calls they may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clips_api.store.people import Person, Role, Roster

ROLES: tuple[Role, ...] = ("rep", "manager", "admin")
STRANGERS = Roster(())
OWNER = "manager"  # how records call whoever holds the sign-in secret


@dataclass(frozen=True)
class Sight:
    """Whose calls are seen, by the reps' names in recordings: `only` these (None: anybody's), and `never` those."""

    only: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, list[str] | None]:
        """What statements over calls are given for it."""
        return {"only": None if self.only is None else list(self.only), "never": list(self.never) or None}


EVERYTHING = Sight()


@dataclass(frozen=True)
class Viewer:
    """Somebody who is signed in; without a person it is whoever holds the sign-in secret, who may do everything."""

    role: Role
    person: Person | None = None
    roster: Roster = STRANGERS

    @property
    def name(self) -> str:
        """What records call them."""
        return self.person.name if self.person is not None else OWNER

    @property
    def id(self) -> int | None:
        """Their number among people."""
        return self.person.id if self.person is not None else None

    def may(self, role: Role) -> bool:
        """Whether they may do what this role may."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, rep: str | None) -> bool:
        """Whether calls of this rep, as recordings name them, are theirs to see.

        Reps see their own; managers their team's and those in no team; admins, and managers without a team, all.
        """
        if self.role == "admin":
            return True
        whose = self.roster.person(rep)
        if self.role == "manager":
            team = self.person.team if self.person is not None else None
            return not team or whose is None or not whose.team or self.roster.is_in(rep or "", team)
        return whose is not None and whose.id == self.id

    def coaches(self, person: Person) -> bool:
        """Whether this is one of the people whom they look after: what they do, how they answer."""
        if self.role == "rep":
            return False
        team = self.person.team if self.person is not None else None
        return self.role == "admin" or not team or not person.team or self.roster.same_team(person.team, team)

    @property
    def sees_all(self) -> bool:
        """Whether every call there is is theirs to see."""
        return self.role == "admin" or (self.role == "manager" and not (self.person and self.person.team))

    def sight(self, reps: Iterable[str]) -> Sight:
        """What they see of calls by these reps."""
        if self.sees_all:
            return EVERYTHING
        if self.role == "manager":
            return Sight(never=tuple(rep for rep in reps if not self.sees(rep)))
        return Sight(only=tuple(rep for rep in reps if self.sees(rep)))


HOUSE = Viewer("admin")  # the machine itself: the worker, and what runs without anybody asking
NOBODY = Viewer("rep")  # somebody who is not signed in: no call is theirs
