"""Personal tokens: what a person's own programs sign in with. Each is kept as its hash only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import Row, and_, insert, select, update

from clips_api.store.access_tables import api_tokens as table
from clips_api.store.database import Store

BYTES = 32  # of chance in a token
MARK = "exm_"  # so that people, and programs that look for lost secrets, know one when they see it
FINENESS = timedelta(hours=1)  # of when it was last used: not every look is a write


@dataclass(frozen=True)
class Token:
    """One token: whose, what for, since when, last used when."""

    id: int
    person_id: int
    name: str
    made_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**{name: value for name, value in row._mapping.items() if name != "token_hash"})  # noqa: SLF001


def add(store: Store, person_id: int, name: str, at: datetime) -> tuple[Token, str]:
    """Make a token; with it the token itself, which can't be had again."""
    secret = MARK + secrets.token_urlsafe(BYTES)
    values = {"person_id": person_id, "name": name, "token_hash": _hash(secret), "made_at": at}
    with store.write() as connection:
        row = connection.execute(insert(table).values(values).returning(*table.c)).one()
    return Token.from_row(row), secret


def of_secret(store: Store, secret: str, at: datetime) -> Token | None:
    """The token that somebody shows, None where it is none or was ended."""
    wanted = select(table).where(table.c.token_hash == _hash(secret), table.c.ended_at.is_(None))
    with store.read() as connection:
        row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    found = Token.from_row(row)
    if found.used_at is None or at - found.used_at >= FINENESS:
        with store.write() as connection:
            connection.execute(update(table).where(table.c.id == found.id).values(used_at=at))
    return found


def find(store: Store, person_id: int) -> list[Token]:
    """Somebody's tokens that work, the newest first."""
    wanted = select(table).where(table.c.person_id == person_id, table.c.ended_at.is_(None))
    with store.read() as connection:
        return [Token.from_row(row) for row in connection.execute(wanted.order_by(table.c.id.desc()))]


def end(store: Store, person_id: int, number: int, at: datetime) -> bool:
    """End one of somebody's tokens for good; whether there was one."""
    which = and_(table.c.id == number, table.c.person_id == person_id, table.c.ended_at.is_(None))
    with store.write() as connection:
        return bool(connection.execute(update(table).where(which).values(ended_at=at)).rowcount)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
