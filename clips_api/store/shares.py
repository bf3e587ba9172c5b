"""Links to clips for people without an account. A token is kept as its hash only: nobody can read a link back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from sqlalchemy import Row, insert, select, update

from clips_api.store.database import Store
from clips_api.store.schema import shares as table

BYTES = 32  # of chance in a token


@dataclass(frozen=True)
class Share:
    """One link: to which clip, by whom, until when, and how often its sound was played."""

    id: int
    clip_id: str
    recording_id: str
    by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    played: int
    played_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**{name: value for name, value in row._mapping.items() if name != "token_hash"})  # noqa: SLF001

    def open(self, at: datetime) -> bool:
        """Whether the link works."""
        return self.revoked_at is None and at < self.expires_at


def add(store: Store, clip_id: str, *, by: str, at: datetime, days: int) -> tuple[Share, str]:
    """Make a link that works for so many days; with it its token, which can't be had again."""
    token = secrets.token_urlsafe(BYTES)
    values = {
        "token_hash": _hash(token),
        "clip_id": clip_id,
        "recording_id": clip_id.partition("-")[0],
        "by": by,
        "made_at": at,
        "expires_at": at + timedelta(days=days),
        "played": 0,
    }
    with store.write() as connection:
        row = connection.execute(insert(table).values(values).returning(*table.c)).one()
    return Share.from_row(row), token


def of_token(store: Store, token: str) -> Share | None:
    """The link that a token belongs to, whether or not it still works."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.token_hash == _hash(token))).one_or_none()
    return Share.from_row(row) if row is not None else None


def find(store: Store, *, clip_id: str | None = None, calls: Iterable[str] | None = None) -> list[Share]:
    """Links, the newest first: to one clip, or to clips of some calls."""
    wanted = select(table).order_by(table.c.made_at.desc(), table.c.id.desc())
    if clip_id is not None:
        wanted = wanted.where(table.c.clip_id == clip_id)
    if calls is not None:
        wanted = wanted.where(table.c.recording_id.in_(list(calls)))
    with store.read() as connection:
        return [Share.from_row(row) for row in connection.execute(wanted)]


def revoke(store: Store, number: int, at: datetime) -> Share | None:
    """End a link for good, from now on; None where there is none. Again, it changes nothing."""
    with store.write() as connection:
        connection.execute(
            update(table).where(table.c.id == number, table.c.revoked_at.is_(None)).values(revoked_at=at)
        )
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    return Share.from_row(row) if row is not None else None


def count(store: Store, number: int, at: datetime) -> None:
    """Somebody has pressed play behind a link."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == number).values(played=table.c.played + 1, played_at=at))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
