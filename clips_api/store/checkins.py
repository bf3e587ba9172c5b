"""Check-ins: once a week each rep is asked for a line, behind a link. Its token is kept as a hash only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, select, update

from clips_api.store.database import Store
from clips_api.store.followup_tables import checkin_teams
from clips_api.store.followup_tables import checkins as table
from clips_api.store.people import folded

WEEKS = 8  # that are looked at together


@dataclass(frozen=True)
class CheckIn:
    """One week of one person. `seed`: what its token is made from, with the server's key."""

    person_id: int
    team: str  # theirs when they were asked: it reads the answer
    week: date  # its Monday, on their own calendar
    asked_at: datetime
    seed: str
    token_hash: str
    expires_at: datetime
    text: str | None = None
    answered_at: datetime | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox calls it."""
        return f"checkin/{self.id}"

    def open(self, at: datetime) -> bool:
        """Whether a line can be written, or changed."""
        return at < self.expires_at


def add(store: Store, connection: Connection, one: CheckIn) -> CheckIn | None:
    """Write one down; None where this person was asked in that week."""
    values = {name: value for name, value in vars(one).items() if name != "id"}
    row = connection.execute(store.insert_new(table, [values], ["person_id", "week"]).returning(*table.c))
    found = row.one_or_none()
    return CheckIn.from_row(found) if found is not None else None


def get(store: Store, number: int) -> CheckIn | None:
    """One by number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    return CheckIn.from_row(row) if row is not None else None


def of_token(store: Store, token_hash: str) -> CheckIn | None:
    """The one that a token belongs to, by its hash."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.token_hash == token_hash)).one_or_none()
    return CheckIn.from_row(row) if row is not None else None


def asked(store: Store, people: Collection[int], since: date) -> list[CheckIn]:
    """Those of some people, of the weeks from one on; the newest first."""
    wanted = select(table).where(table.c.person_id.in_(list(people)), table.c.week >= since)
    with store.read() as connection:
        rows = connection.execute(wanted.order_by(table.c.week.desc(), table.c.id.desc()))
        return [CheckIn.from_row(row) for row in rows]


def of_team(store: Store, team: str, before: date | None = None) -> list[CheckIn]:
    """The last weeks of a team (before one), the newest first; whoever wrote first comes first."""
    with store.read() as connection:
        rows = connection.execute(select(table.c.team).distinct()).scalars()
        called = [name for name in rows if folded(name) == folded(team)]
        own = table.c.team.in_(called) if before is None else (table.c.team.in_(called)) & (table.c.week < before)
        last = select(table.c.week).where(own).distinct().order_by(table.c.week.desc()).limit(WEEKS)
        wanted = select(table).where(own, table.c.week.in_(last))
        found = connection.execute(wanted.order_by(table.c.week.desc(), table.c.answered_at, table.c.id))
        return [CheckIn.from_row(row) for row in found]


def answer(store: Store, number: int, text: str, at: datetime) -> bool:
    """Keep a line, in the place of one that was there; False where it is too late."""
    own = (table.c.id == number, table.c.expires_at > at)
    with store.write() as connection:
        return bool(connection.execute(update(table).where(*own).values(text=text, answered_at=at)).rowcount)


def asking(store: Store) -> set[str]:
    """The teams that are asked, by their folded names."""
    wanted = select(checkin_teams.c.folded).where(checkin_teams.c.asks.is_(True))
    with store.read() as connection:
        return set(connection.execute(wanted).scalars())


def ask(store: Store, team: str, *, asks: bool) -> None:
    """Whether a team is asked from now on."""
    with store.write() as connection:
        connection.execute(store.upsert(checkin_teams, {"folded": folded(team), "asks": asks}, ["folded"]))
