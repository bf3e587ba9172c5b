"""Sessions: browsers in which people are signed in. A session's token is kept as its hash only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update

from clips_api.store.access_tables import sessions as table
from clips_api.store.database import Store

BYTES = 32  # of chance in a token
LASTS = timedelta(days=30)  # without being used
FINENESS = timedelta(hours=1)  # of when it was last used: not every look is a write
KEPT = timedelta(days=90)  # what is over is forgotten after that


@dataclass(frozen=True)
class Session:
    """One browser: whose, since when, last used when, until when, on what."""

    id: int
    person_id: int
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    device: str

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**{name: value for name, value in row._mapping.items() if name != "token_hash"})  # noqa: SLF001

    def open(self, at: datetime) -> bool:
        """Whether it lets somebody in."""
        return self.ended_at is None and at < self.expires_at


def add(store: Store, person_id: int, *, device: str, at: datetime) -> tuple[Session, str]:
    """Begin a session; with it its token, which can't be had again. What was over long ago is forgotten."""
    token = secrets.token_urlsafe(BYTES)
    values = {
        "person_id": person_id,
        "token_hash": _hash(token),
        "made_at": at,
        "seen_at": at,
        "expires_at": at + LASTS,
        "device": device,
    }
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.expires_at < at - KEPT))
        row = connection.execute(insert(table).values(values).returning(*table.c)).one()
    return Session.from_row(row), token


def of_token(store: Store, token: str, at: datetime) -> Session | None:
    """The open session that a token belongs to; using it keeps it open."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.token_hash == _hash(token))).one_or_none()
    if row is None or not (found := Session.from_row(row)).open(at):
        return None
    if at - found.seen_at >= FINENESS:
        with store.write() as connection:
            used = {"seen_at": at, "expires_at": at + LASTS}
            connection.execute(update(table).where(table.c.id == found.id, _open(at)).values(used))
    return found


def find(store: Store, person_id: int, at: datetime) -> list[Session]:
    """Where somebody is signed in, last used first."""
    wanted = select(table).where(table.c.person_id == person_id, _open(at))
    with store.read() as connection:
        rows = connection.execute(wanted.order_by(table.c.seen_at.desc(), table.c.id.desc()))
        return [Session.from_row(row) for row in rows]


def end(store: Store, person_id: int, number: int | None, at: datetime) -> int:
    """Sign somebody out: of one session, or where that is None of all; how many were open."""
    which = and_(table.c.person_id == person_id, _open(at))
    if number is not None:
        which = and_(which, table.c.id == number)
    with store.write() as connection:
        return connection.execute(update(table).where(which).values(ended_at=at)).rowcount


def _open(at: datetime) -> ColumnElement[bool]:
    return and_(table.c.ended_at.is_(None), table.c.expires_at > at)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
