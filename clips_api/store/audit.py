"""The trail of who did what: rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, func, insert, select

from clips_api.store.access_tables import audit as table
from clips_api.store.database import Store


@dataclass(frozen=True)
class Deed:
    """Something that was done: by whom, what, and about what (call/0123…, clip/…, note/3, person/7)."""

    id: int
    at: datetime
    by: str
    person_id: int | None
    what: str
    about: str
    detail: str

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


@dataclass(frozen=True)
class Asked:
    """What is looked for: by people whose name holds `by`, of one kind, about what, from when until when."""

    by: str | None = None
    what: str | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def clauses(self) -> Sequence[ColumnElement[bool]]:
        """The same for a query."""
        found = []
        if self.by:
            found.append(func.lower(table.c.by).contains(self.by.lower(), autoescape=True))
        if self.what:
            found.append(table.c.what == self.what)
        if self.about:
            found.append(table.c.about.startswith(self.about, autoescape=True))
        if self.since:
            found.append(table.c.at >= self.since)
        if self.until:
            found.append(table.c.at < self.until)
        return found


def add(store: Store, *, by: str, person_id: int | None, what: str, about: str, detail: str, at: datetime) -> None:
    """Write down that something was done."""
    with store.write() as connection:
        connection.execute(
            insert(table).values(by=by, person_id=person_id, what=what, about=about, detail=detail, at=at)
        )


def find(store: Store, asked: Asked, *, limit: int, before: int | None = None) -> list[Deed]:
    """What was done, the newest first; `before`: older than the deed of this number."""
    wanted = select(table).where(*asked.clauses)
    if before is not None:
        wanted = wanted.where(table.c.id < before)
    with store.read() as connection:
        rows = connection.execute(wanted.order_by(table.c.id.desc()).limit(limit))
        return [Deed.from_row(row) for row in rows]


def count(store: Store, asked: Asked) -> int:
    """How much was done."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*asked.clauses)).scalar_one())


def who(store: Store) -> list[str]:
    """Everybody who ever did something, by name."""
    with store.read() as connection:
        return sorted(connection.scalars(select(table.c.by).distinct()), key=str.casefold)
