"""People: who they are, which team they are in, and how recordings name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from sqlalchemy import Connection, Row, insert, select, update

from clips_api.store.database import Store
from clips_api.store.schema import people as table
from pipeline.errors import BadInput


@dataclass(frozen=True)
class Person:
    """Somebody who makes or coaches calls. `aliases` are the names that recordings give them besides `name`."""

    name: str
    email: str | None = None
    team: str | None = None
    aliases: tuple[str, ...] = ()
    slack: str | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        values = dict(row._mapping)  # noqa: SLF001  the library's public name for it
        return cls(**values | {"aliases": tuple(values["aliases"])})

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def key(self) -> str:
        """What makes two entries the same person: the e-mail address, else the name."""
        return self.email or folded(self.name)


def folded(name: str) -> str:
    """A name as it is compared: case and spaces make no difference."""
    return " ".join(name.split()).casefold()


class Roster:
    """Everybody, and whose names are whose."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._called = {folded(name): person for person in people for name in person.names}

    def person(self, name: str | None) -> Person | None:
        """Who a recording means by a name."""
        return self._called.get(folded(name)) if name else None

    def by_address(self, address: str) -> Person | None:
        """Whose e-mail address or Slack id this is."""
        return next((one for one in self.people if address.lower() == one.email or address == one.slack), None)

    def team_of(self, rep: str | None) -> str | None:
        """The team of somebody whom a recording names so."""
        person = self.person(rep)
        return person.team if person is not None else None

    def is_in(self, rep: str, team: str) -> bool:
        """Whether somebody whom a recording names so is in a team."""
        return folded(self.team_of(rep) or "") == folded(team)

    @property
    def teams(self) -> list[str]:
        """Every team, in order."""
        return sorted({one.team for one in self.people if one.team}, key=str.casefold)


def roster(store: Store) -> Roster:
    """Everybody who is known."""
    return Roster(find(store))


def find(store: Store) -> list[Person]:
    """Everybody, by name."""
    with store.read() as connection:
        return _all(connection)


def keep(store: Store, given: Iterable[Person]) -> tuple[list[str], list[str]]:
    """Add people, or change those who are known by their e-mail address (without one, by their name); nobody goes.

    Returns the names of those added and of those changed. Raises BadInput where a name would mean two people.
    """
    with store.write() as connection:
        known = {one.key: one for one in _all(connection)}
        added, changed = [], []
        for person in given:
            old = known.get(person.key) or known.get(folded(person.name))
            if old is not None and (not old.email or not person.email or old.email == person.email):
                if person != replace(old, id=0):
                    changed.append(person.name)
                known.pop(old.key, None)
                known[person.key] = replace(person, id=old.id)
            else:
                added.append(person.name)
                known[person.key] = replace(person, id=0)
        _distinct(list(known.values()))
        for person in known.values():
            values = {**asdict(person), "aliases": list(person.aliases)}
            del values["id"]
            if person.id:
                connection.execute(update(table).where(table.c.id == person.id).values(values))
            else:
                connection.execute(insert(table).values(values))
        return added, changed


def _all(connection: Connection) -> list[Person]:
    found = [Person.from_row(row) for row in connection.execute(select(table))]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _distinct(people: Sequence[Person]) -> None:
    seen: dict[str, Person] = {}
    for person in people:
        for name in dict.fromkeys(folded(name) for name in person.names):
            other = seen.setdefault(name, person)
            if other is not person:
                who = f"{other.email or other.name} and {person.email or person.name}"
                raise BadInput(f"{name!r} would mean two people: {who}; give each a name or alias of their own")
