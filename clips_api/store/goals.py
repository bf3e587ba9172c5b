"""Goals: what a rep or a team wants to reach from a day to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, insert, select, update

from clips_api.store.database import Store
from clips_api.store.followup_tables import goals as table
from pipeline.errors import NotFound

Kind = Literal["tag", "step", "calls", "demos", "deals"]


@dataclass(frozen=True)
class Goal:
    """One goal, of a person or of a team. `name`: the tag or step; `target`: in percent where it is a rate."""

    kind: Kind
    target: int
    starts_on: date
    ends_on: date
    by: str
    made_at: datetime
    person_id: int | None = None
    team: str | None = None
    name: str = ""
    put_away_at: datetime | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the trail calls it."""
        return f"goal/{self.id}"

    @property
    def rate(self) -> bool:
        """Whether it is so many of a hundred, rather than a number."""
        return self.kind in ("tag", "step")

    @property
    def entered(self) -> bool:
        """Whether people enter what it counts."""
        return self.kind in ("demos", "deals")


def add(store: Store, goal: Goal) -> Goal:
    """Write a new one down."""
    values = {name: value for name, value in vars(goal).items() if name != "id"}
    with store.write() as connection:
        return Goal.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())


def one(store: Store, number: int) -> Goal:
    """One by number. Raises NotFound where there is none, or it was put away."""
    wanted = select(table).where(table.c.id == number, table.c.put_away_at.is_(None))
    with store.read() as connection:
        row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"goal {number}")
    return Goal.from_row(row)


def find(store: Store, *, since: date | None = None) -> list[Goal]:
    """Those that were not put away, the one that ends first before others; `since`: that end on that day or later."""
    wanted = select(table).where(table.c.put_away_at.is_(None)).order_by(table.c.ends_on, table.c.id)
    if since is not None:
        wanted = wanted.where(table.c.ends_on >= since)
    with store.read() as connection:
        return [Goal.from_row(row) for row in connection.execute(wanted)]


def change(store: Store, number: int, **values: int | date | datetime) -> Goal:
    """Change columns of one. Raises NotFound."""
    changed = update(table).where(table.c.id == number, table.c.put_away_at.is_(None)).values(values)
    with store.write() as connection:
        row = connection.execute(changed.returning(*table.c)).one_or_none()
    if row is None:
        raise NotFound(f"goal {number}")
    return Goal.from_row(row)
