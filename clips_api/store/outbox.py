"""The outbox: what must be sent, a row each, written in the same transaction as its cause.

Whoever sends takes a row for a while (a lease), sends it, and says how that went. A sender that dies loses nothing: its
lease runs out and the row is taken again, with the same message id, so that a mail that had been accepted just before
can be told for the copy it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select, update

from clips_api.store.database import Store
from clips_api.store.schema import outbox as table


@dataclass(frozen=True)
class Entry:
    """One thing to send. `about` names its cause as search/12; who means the same thing writes the same `dedupe`."""

    kind: str
    about: str
    channel: str
    address: str
    payload: dict[str, Any]
    dedupe: str
    message_id: str
    created_at: datetime
    due_at: datetime
    links: bool = True
    attempts: int = 0
    leased_by: str | None = None
    leased_until: datetime | None = None
    sent_at: datetime | None = None
    given_up_at: datetime | None = None
    error: str | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


def write(store: Store, connection: Connection, entry: Entry) -> bool:
    """Put something into the outbox, in the transaction of its cause; False where it is there already."""
    values = {name: value for name, value in vars(entry).items() if name != "id"}
    added = connection.execute(store.insert_new(table, [values], ["dedupe"]).returning(table.c.id))
    return added.one_or_none() is not None


def change_open(connection: Connection, entry: Entry, payload: dict[str, Any], due_at: datetime) -> None:
    """Add to something that nobody has begun to send. `entry` was read by `open_about` in the same transaction."""
    connection.execute(update(table).where(table.c.id == entry.id).values(payload=payload, due_at=due_at))


def open_about(connection: Connection, about: str, channel: str, address: str) -> Entry | None:
    """What waits to be sent about something, untouched so far; held until the transaction ends."""
    untouched = and_(table.c.attempts == 0, table.c.leased_until.is_(None), _unsent())
    wanted = select(table).where(
        table.c.about == about, table.c.channel == channel, table.c.address == address, untouched
    )
    row = connection.execute(wanted.order_by(table.c.id).limit(1).with_for_update()).one_or_none()
    return Entry.from_row(row) if row is not None else None


def lease(
    store: Store, n: int, who: str, seconds: float, *, channels: Collection[str], linked: Collection[str], at: datetime
) -> list[Entry]:
    """Take up to `n` due rows of these channels for a while, the oldest first; two who ask at once get different ones.

    Rows that hold links are taken only where their channel is among `linked` too.
    """
    until = at + timedelta(seconds=seconds)
    with store.write() as connection:
        wanted = select(table.c.id).where(_due(channels, linked, at)).order_by(table.c.due_at, table.c.id)
        ids = list(connection.scalars(wanted.limit(n).with_for_update(skip_locked=True)))
        taken = update(table).where(table.c.id.in_(ids))
        connection.execute(taken.values(leased_by=who, leased_until=until, attempts=table.c.attempts + 1))
        rows = connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.due_at, table.c.id))
        return [Entry.from_row(row) for row in rows]


def due(store: Store, *, channels: Collection[str], linked: Collection[str], at: datetime) -> int:
    """How many rows a lease would find."""
    with store.read() as connection:
        wanted = select(func.count()).select_from(table).where(_due(channels, linked, at))
        return int(connection.execute(wanted).scalar_one())


def sent(store: Store, number: int, at: datetime) -> bool:
    """It was accepted by whoever delivers it. That holds whoever says it, even after the lease ran out."""
    return _change(store, table.c.id == number, sent_at=at, given_up_at=None, error=None)


def failed(store: Store, number: int, who: str, error: str, *, retry_at: datetime | None, at: datetime) -> bool:
    """It was not: try again then, or never where that is None. False where another one holds it by now."""
    values = {"due_at": retry_at} if retry_at is not None else {"given_up_at": at}
    return _change(store, and_(table.c.id == number, table.c.leased_by == who, _unsent()), error=error, **values)


def postpone(store: Store, number: int, due_at: datetime) -> bool:
    """It was taken too early: nobody has tried to send it."""
    return _change(store, and_(table.c.id == number, _unsent()), due_at=due_at, attempts=table.c.attempts - 1)


def readdress(store: Store, number: int, channel: str, address: str) -> bool:
    """Whoever is told can be reached elsewhere by now: nobody has tried to send it there."""
    where = and_(table.c.id == number, _unsent())
    return _change(store, where, channel=channel, address=address, attempts=0)


def again(store: Store, number: int, at: datetime) -> bool:
    """Try at once what failed, or was given up."""
    unsent = and_(table.c.id == number, table.c.sent_at.is_(None), _free(at))
    return _change(store, unsent, due_at=at, given_up_at=None, error=None)


def drop(store: Store, number: int) -> bool:
    """Take out what was not sent."""
    with store.write() as connection:
        gone = connection.execute(delete(table).where(table.c.id == number, table.c.sent_at.is_(None)))
        return bool(gone.rowcount)


def drop_about(connection: Connection, about: str) -> None:
    """Its cause is gone: what was not sent goes too."""
    connection.execute(delete(table).where(table.c.about == about, table.c.sent_at.is_(None)))


def get(store: Store, number: int) -> Entry | None:
    """One row by number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
        return Entry.from_row(row) if row is not None else None


def waiting(store: Store) -> list[Entry]:
    """Everything that was not sent, the oldest first."""
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.sent_at.is_(None)).order_by(table.c.id))
        return [Entry.from_row(row) for row in rows]


def about(store: Store, causes: Collection[str]) -> dict[str, list[Entry]]:
    """Everything that was ever written about these, sent or not, the oldest first."""
    found: dict[str, list[Entry]] = {}
    with store.read() as connection:
        wanted = select(table).where(table.c.about.in_(list(causes))).order_by(table.c.id)
        for row in connection.execute(wanted):
            found.setdefault(row.about, []).append(Entry.from_row(row))
    return found


def last_sent(store: Store, kind: str) -> dict[str, datetime]:
    """When something of this kind was last sent, by what it was about."""
    wanted = select(table.c.about, func.max(table.c.sent_at, type_=table.c.sent_at.type))
    with store.read() as connection:
        rows = connection.execute(
            wanted.where(table.c.kind == kind, table.c.sent_at.is_not(None)).group_by(table.c.about)
        )
        return {about: at for about, at in rows}  # noqa: C416  rows are no pairs to the type checker


def _change(store: Store, where: ColumnElement[bool], **values: Any) -> bool:
    with store.write() as connection:
        released = {"leased_by": None, "leased_until": None}
        return bool(connection.execute(update(table).where(where).values(**released, **values)).rowcount)


def _unsent() -> ColumnElement[bool]:
    return and_(table.c.sent_at.is_(None), table.c.given_up_at.is_(None))


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(table.c.leased_until.is_(None), table.c.leased_until <= at)


def _due(channels: Collection[str], linked: Collection[str], at: datetime) -> ColumnElement[bool]:
    allowed = and_(
        table.c.channel.in_(list(channels)), or_(table.c.links.is_(False), table.c.channel.in_(list(linked)))
    )
    return and_(allowed, table.c.due_at <= at, _unsent(), _free(at))
