"""Links that sign somebody in once. A link's token is kept as its hash only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any, Self

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from clips_api.store.access_tables import sign_ins as table
from clips_api.store.database import Store

KEPT = timedelta(days=7)  # what is over is forgotten after that


@dataclass(frozen=True)
class SignIn:
    """One link: whose, and until when it works."""

    id: int
    person_id: int
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**{name: value for name, value in row._mapping.items() if name != "token_hash"})  # noqa: SLF001

    def open(self, at: datetime) -> bool:
        """Whether it works."""
        return self.used_at is None and at < self.expires_at


def add(
    connection: Connection, person_id: int, token: Callable[[SignIn], str], *, at: datetime, lasts: timedelta
) -> SignIn:
    """Make a link whose token is made from what it is; what was over long ago is forgotten."""
    connection.execute(delete(table).where(table.c.expires_at < at - KEPT))
    values = {"person_id": person_id, "token_hash": token_hex(32), "made_at": at, "expires_at": at + lasts}
    made = SignIn.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())
    connection.execute(update(table).where(table.c.id == made.id).values(token_hash=_hash(token(made))))
    return made


def get(store: Store, number: int) -> SignIn | None:
    """One link, None where there is none by that number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    return SignIn.from_row(row) if row is not None else None


def of_token(store: Store, token: str) -> SignIn | None:
    """The link that a token belongs to, whether or not it still works."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.token_hash == _hash(token))).one_or_none()
    return SignIn.from_row(row) if row is not None else None


def use(store: Store, token: str, at: datetime) -> SignIn | None:
    """Use a link up; None where it doesn't work, or somebody else was quicker."""
    works = and_(table.c.token_hash == _hash(token), table.c.used_at.is_(None), table.c.expires_at > at)
    with store.write() as connection:
        row = connection.execute(update(table).where(works).values(used_at=at).returning(*table.c)).one_or_none()
    return SignIn.from_row(row) if row is not None else None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
