"""People: who they are, which team they are in, and how recordings name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Connection, Row, insert, select, update

from clips_api.store.database import Store
from clips_api.store.schema import people as table
from pipeline.errors import BadInput

Role = Literal["rep", "manager", "admin"]


@dataclass(frozen=True)
class Person:
    """Somebody who makes or coaches calls. `aliases` are the names that recordings give them besides `name`."""

    name: str
    email: str | None = None
    team: str | None = None
    aliases: tuple[str, ...] = ()
    slack: str | None = None
    role: Role = "rep"
    country: str | None = None  # ISO 3166
    zone: str | None = None  # time zone, as Europe/Berlin
    left_at: datetime | None = None  # since then they can't sign in
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        values = dict(row._mapping)  # noqa: SLF001  the library's public name for it
        return cls(**values | {"aliases": tuple(values["aliases"])})

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def left(self) -> bool:
        """Whether they are gone: they can't sign in, and get nothing."""
        return self.left_at is not None


@dataclass(frozen=True)
class Told:
    """What somebody says of a person: of `unsaid` nothing, so that stays as it is."""

    person: Person
    unsaid: frozenset[str] = frozenset()

    def over(self, old: Person) -> Person:
        """The person whom we knew, with what is said now. Nobody says in passing that somebody came back."""
        kept = {name: getattr(old, name) for name in (*self.unsaid, "left_at", "id")}
        return replace(self.person, **kept)


@dataclass(frozen=True)
class Plan:
    """What keeping people comes to: who is new, who changes (as they were, as they will be), who stays the same."""

    added: tuple[Person, ...]
    changed: tuple[tuple[Person, Person], ...]
    same: tuple[Person, ...]


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
        return self.same_team(self.team_of(rep) or "", team)

    @staticmethod
    def same_team(one: str, other: str) -> bool:
        """Whether two names are of the same team."""
        return folded(one) == folded(other)

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


def get(store: Store, number: int) -> Person | None:
    """One person by number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
        return Person.from_row(row) if row is not None else None


def save(store: Store, person: Person) -> Person:
    """Write one person as they are given; a number of 0 is a new one. Raises BadInput for what is somebody else's."""
    with store.write() as connection:
        _distinct([person, *(one for one in _all(connection) if one.id != person.id)])
        return replace(person, id=_written(connection, person))


def change(store: Store, number: int, **values: Any) -> Person:
    """Change columns of somebody who is known."""
    with store.write() as connection:
        row = connection.execute(update(table).where(table.c.id == number).values(values).returning(*table.c)).one()
        return Person.from_row(row)


def keep(store: Store, given: Iterable[Person | Told]) -> Plan:
    """Add people, or change those who are known by their e-mail address (without one, by their name); nobody goes.

    Raises BadInput where a name or an address would mean two people; then nothing is kept.
    """
    with store.write() as connection:
        found = planned(_all(connection), given)
        for person in (*found.added, *(after for _, after in found.changed)):
            _written(connection, person)
        return found


def planned(known: Sequence[Person], given: Iterable[Person | Told]) -> Plan:
    """What keeping people would come to. Raises as `keep`."""
    by_email = {one.email: one for one in known if one.email}
    by_name = {folded(one.name): one for one in known}
    added, changed, same, met = [], [], [], set[int]()
    for told in (one if isinstance(one, Told) else Told(one) for one in given):
        person = told.person
        old = by_email.get(person.email) if person.email else None
        if old is None:
            old = by_name.get(folded(person.name))
            if old is not None and old.email and person.email:
                old = None  # somebody else of the same name, which _distinct tells
        if old is None:
            added.append(replace(person, id=0))
            continue
        if old.id in met:
            raise BadInput(f"{person.name} stands there twice")
        met.add(old.id)
        after = told.over(old)
        if after == old:
            same.append(old)
        else:
            changed.append((old, after))
    touched = {after.id: after for _, after in changed}
    _distinct([*(touched.get(one.id, one) for one in known), *added])
    return Plan(tuple(added), tuple(changed), tuple(same))


def _written(connection: Connection, person: Person) -> int:
    values = {**asdict(person), "aliases": list(person.aliases)}
    del values["id"]
    if person.id:
        connection.execute(update(table).where(table.c.id == person.id).values(values))
        return person.id
    return int(connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())


def _all(connection: Connection) -> list[Person]:
    found = [Person.from_row(row) for row in connection.execute(select(table))]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _distinct(people: Sequence[Person]) -> None:
    named: dict[str, Person] = {}
    addressed: dict[str, Person] = {}
    for person in people:
        for name in dict.fromkeys(folded(name) for name in person.names):
            other = named.setdefault(name, person)
            if other is not person:
                who = f"{other.email or other.name} and {person.email or person.name}"
                raise BadInput(f"{name!r} would mean two people: {who}; give each a name or alias of their own")
        for address in (person.email, person.slack):
            other = addressed.setdefault(address, person) if address else person
            if other is not person:
                raise BadInput(f"{address} would be two people's: {other.name} and {person.name}")
