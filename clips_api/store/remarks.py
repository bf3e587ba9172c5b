"""Remarks under a note: comments at times of the call, and what people answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, delete, insert, select

from clips_api import reaching
from clips_api.reaching import News
from clips_api.store.coaching_tables import remarks as table
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Remark:
    """What somebody wrote under a note; `at_s`: about this second of the call, None for an answer."""

    note_id: int
    text: str
    by: str
    at: datetime
    person_id: int | None = None
    at_s: float | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


def add(store: Store, remark: Remark, person: Person | None) -> Remark:
    """Keep a remark, and have `person` told."""
    values = {name: value for name, value in vars(remark).items() if name != "id"}
    with store.write() as connection:
        added = Remark.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())
        if person is not None:
            about = f"note/{added.note_id}"
            news = News("answer", about, f"{about}/remark/{added.id}", {"note": added.note_id, "remark": added.id})
            reaching.tell(store, connection, person, news, added.at)
        return added


def under(store: Store, notes: Iterable[int]) -> dict[int, list[Remark]]:
    """What stands under some notes: comments in the order of the call, then answers as they came."""
    wanted = select(table).where(table.c.note_id.in_(list(notes))).order_by(table.c.id)
    found: dict[int, list[Remark]] = {}
    with store.read() as connection:
        for row in connection.execute(wanted):
            found.setdefault(row.note_id, []).append(Remark.from_row(row))
    return {note: sorted(some, key=_place) for note, some in found.items()}


def one(store: Store, number: int) -> Remark:
    """One remark. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"remark {number}")
    return Remark.from_row(row)


def remove(store: Store, number: int) -> None:
    """Take a remark out."""
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.id == number))


def _place(remark: Remark) -> tuple[bool, float, int]:
    return remark.at_s is None, remark.at_s or 0.0, remark.id
