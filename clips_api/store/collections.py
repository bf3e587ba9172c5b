"""Collections: clips worth copying, put together for a purpose, looked through again by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from clips_api.problems import Overtaken
from clips_api.store.database import Store
from clips_api.store.schema import collections as table
from clips_api.store.schema import kept_clips, uses
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Collection:
    """One collection. `version` is of its title, purpose and review date; the clips in it have their own."""

    id: int
    title: str
    purpose: str
    review_on: date | None
    by: str
    created_at: datetime
    changed_at: datetime
    version: int
    clips: int = 0
    seconds: float = 0.0  # of all its clips together
    uses: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


def make(store: Store, title: str, *, purpose: str = "", review_on: date | None = None, by: str, at: datetime) -> int:
    """Make an empty collection; its number."""
    values = {"title": title, "purpose": purpose, "review_on": review_on, "by": by, "version": 1}
    statement = insert(table).values(values | {"created_at": at, "changed_at": at}).returning(table.c.id)
    with store.write() as connection:
        return int(connection.execute(statement).scalar_one())


def find(store: Store, number: int | None = None) -> list[Collection]:
    """All collections, or the one with this number, each with what it amounts to; those changed last come first."""
    there = (kept_clips.c.collection_id == table.c.id) & kept_clips.c.removed_at.is_(None)
    inside = select(kept_clips.c.clip_id).where(there).correlate(table)
    length = func.coalesce(func.sum(kept_clips.c.end_s - kept_clips.c.start_s), 0.0)
    own = select(func.count()).select_from(uses).where(uses.c.collection_id == table.c.id)
    of_clips = select(func.count()).select_from(uses).where(uses.c.collection_id.is_(None), uses.c.clip_id.in_(inside))
    wanted = select(
        table,
        select(func.count()).select_from(kept_clips).where(there).correlate(table).scalar_subquery().label("clips"),
        select(length).where(there).correlate(table).scalar_subquery().label("seconds"),
        (own.correlate(table).scalar_subquery() + of_clips.correlate(table).scalar_subquery()).label("uses"),
    ).order_by(table.c.changed_at.desc(), table.c.id.desc())
    if number is not None:
        wanted = wanted.where(table.c.id == number)
    with store.read() as connection:
        return [Collection.from_row(row) for row in connection.execute(wanted)]


def one(store: Store, number: int) -> Collection:
    """One collection. Raises NotFound."""
    found = find(store, number)
    if not found:
        raise NotFound(f"collection {number}")
    return found[0]


def change(store: Store, number: int, changes: dict[str, Any], *, version: int | None, at: datetime) -> None:
    """Change title, purpose or review date. Raises NotFound, and Overtaken where it is no longer at `version`."""
    with store.write() as connection:
        present = turn(connection, number)
        if version is not None and version != present:
            raise Overtaken(f"collection {number}")
        values = changes | {"version": present + 1, "changed_at": at}
        connection.execute(update(table).where(table.c.id == number).values(values))


def remove(store: Store, number: int) -> None:
    """Delete a collection with what is kept in it. The calls stay. Raises NotFound."""
    with store.write() as connection:
        if not connection.execute(delete(table).where(table.c.id == number)).rowcount:
            raise NotFound(f"collection {number}")


def turn(connection: Connection, number: int) -> int:
    """Wait until nobody else changes this collection; its version. Raises NotFound."""
    version = connection.execute(select(table.c.version).where(table.c.id == number).with_for_update()).scalar()
    if version is None:
        raise NotFound(f"collection {number}")
    return int(version)


def touched(connection: Connection, number: int, at: datetime) -> None:
    """Note that something in it changed."""
    connection.execute(update(table).where(table.c.id == number).values(changed_at=at))
