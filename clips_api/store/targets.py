"""What a team aims at: of a hundred moments of a tag so many handled well, of a hundred calls so many with a step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, delete, select

from clips_api.store.database import Store
from clips_api.store.followup_tables import targets as table
from clips_api.store.people import folded


@dataclass(frozen=True)
class Target:
    """At least this share, of a hundred."""

    kind: Literal["tag", "step"]
    name: str
    share: int
    by: str
    set_at: datetime

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


def of(store: Store, team: str) -> list[Target]:
    """The targets of a team; of everybody together where it is empty."""
    asked = select(*(column for column in table.c if column.name != "folded")).where(table.c.folded == folded(team))
    with store.read() as connection:
        return [Target.from_row(row) for row in connection.execute(asked.order_by(table.c.kind, table.c.name))]


def put(store: Store, team: str, target: Target) -> None:
    """Keep one in the place of what was set before."""
    with store.write() as connection:
        values = {"folded": folded(team)} | asdict(target)
        connection.execute(store.upsert(table, values, ["folded", "kind", "name"]))


def remove(store: Store, team: str, kind: str, name: str) -> bool:
    """Aim at it no more; whether it was aimed at."""
    with store.write() as connection:
        this = delete(table).where(table.c.folded == folded(team), table.c.kind == kind, table.c.name == name)
        return connection.execute(this).rowcount > 0
