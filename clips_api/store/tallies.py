"""Tallies: how many demos or deals somebody had on a day, as it was entered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, delete, select

from clips_api.store.database import Store
from clips_api.store.followup_tables import tallies as table

Kind = Literal["demos", "deals"]


@dataclass(frozen=True)
class Tally:
    """A day's number of one person. Entered again, it takes the place of what was entered before."""

    person_id: int
    day: date
    kind: Kind
    number: int
    by: str
    at: datetime
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def key(self) -> tuple[int, date, Kind]:
        """There is one of each."""
        return self.person_id, self.day, self.kind


@dataclass(frozen=True)
class Kept:
    """What entering some came to."""

    added: int = 0
    changed: int = 0
    same: int = 0


def keep(store: Store, given: Sequence[Tally]) -> Kept:
    """Write them down, all or none; what is there already stays as it is, and a 0 takes it out."""
    added = changed = same = 0
    with store.write() as connection:
        for one in given:
            own = (table.c.person_id == one.person_id, table.c.day == one.day, table.c.kind == one.kind)
            before = connection.execute(select(table.c.number).where(*own).with_for_update()).scalar_one_or_none()
            if (before or 0) == one.number:
                same += 1
            elif one.number == 0:
                connection.execute(delete(table).where(*own))
                changed += 1
            else:
                values = {name: value for name, value in vars(one).items() if name != "id"}
                connection.execute(store.upsert(table, values, ["person_id", "day", "kind"]))
                added, changed = added + (before is None), changed + (before is not None)
    return Kept(added, changed, same)


def find(
    store: Store,
    people: Collection[int],
    *,
    kind: Kind | None = None,
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> list[Tally]:
    """What was entered for these people from one day to another, the latest day first."""
    wanted = select(table).where(table.c.person_id.in_(list(people)))
    wanted = wanted if kind is None else wanted.where(table.c.kind == kind)
    wanted = wanted if since is None else wanted.where(table.c.day >= since)
    wanted = wanted if until is None else wanted.where(table.c.day <= until)
    with store.read() as connection:
        rows = connection.execute(wanted.order_by(table.c.day.desc(), table.c.id.desc()).limit(limit))
        return [Tally.from_row(row) for row in rows]
