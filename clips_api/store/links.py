"""Links to assignments. A token is kept as its hash only; a newer version of a link ends the older ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import Connection, Row, func, insert, select, update

from clips_api.store.lesson_tables import links as table


@dataclass(frozen=True)
class Link:
    """One rep's way in to one assignment."""

    assignment_id: int
    version: int  # 1 is the first
    token_hash: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    copied_at: datetime | None = None  # a manager copied it, to send it by hand
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    def works(self, at: datetime) -> bool:
        """Whether it opens anything, as far as it says itself."""
        return self.revoked_at is None and at < self.expires_at


def hashed(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def add(connection: Connection, link: Link) -> Link:
    """Write one down."""
    values = {name: value for name, value in vars(link).items() if name != "id"}
    return Link.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())


def of_token(connection: Connection, token: str) -> Link | None:
    """The link that a token belongs to, whether or not it still works."""
    row = connection.execute(select(table).where(table.c.token_hash == hashed(token))).one_or_none()
    return Link.from_row(row) if row is not None else None


def newest(connection: Connection, assignment_id: int) -> Link | None:
    """The newest version of an assignment's link."""
    wanted = select(table).where(table.c.assignment_id == assignment_id).order_by(table.c.version.desc()).limit(1)
    row = connection.execute(wanted).one_or_none()
    return Link.from_row(row) if row is not None else None


def newest_of(connection: Connection, assignments: Collection[int]) -> dict[int, Link]:
    """The newest link of each of these assignments."""
    last = (
        select(table.c.assignment_id, func.max(table.c.version).label("version"))
        .where(table.c.assignment_id.in_(list(assignments)))
        .group_by(table.c.assignment_id)
        .subquery()
    )
    wanted = select(table).join(
        last, (table.c.assignment_id == last.c.assignment_id) & (table.c.version == last.c.version)
    )
    return {row.assignment_id: Link.from_row(row) for row in connection.execute(wanted)}


def copied(connection: Connection, number: int, at: datetime) -> None:
    """A manager has copied it."""
    connection.execute(update(table).where(table.c.id == number).values(copied_at=at))
