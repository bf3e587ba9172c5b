"""Wins: clips that a manager calls a win of their rep's. A team's channel hears of one once its rep has agreed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, select

from clips_api import reaching
from clips_api.reaching import News
from clips_api.store import outbox
from clips_api.store.coaching_tables import consents
from clips_api.store.consents import Consent, covers
from clips_api.store.database import Store
from clips_api.store.followup_tables import team_choices
from clips_api.store.followup_tables import wins as table
from clips_api.store.outbox import Entry
from clips_api.store.people import Person, folded
from clips_api.store.schema import outbox as messages
from clips_api.store.schema import people
from pipeline.errors import NotFound

SOON = timedelta(minutes=10)  # after the yes, so that it can still be taken back
BEFORE = timedelta(hours=1)  # after it was marked, where the yes is older: so long its rep has to take it back
KIND = "win"


@dataclass(frozen=True)
class Win:
    """One clip, and in a sentence why it is a win. `person_id` is the rep's, where they are among people."""

    clip_id: str
    recording_id: str
    person_id: int | None
    rep: str | None
    tag: str | None
    why: str
    by_id: int | None
    by: str
    at: datetime
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox names it."""
        return f"win/{self.id}"


def add(store: Store, win: Win) -> Win:
    """Write one down, and have its team told where its rep agreed before; a clip that is one stays as it is."""
    values = {name: value for name, value in vars(win).items() if name != "id"}
    with store.write() as connection:
        added = connection.execute(store.insert_new(table, [values], ["clip_id"]).returning(*table.c)).one_or_none()
        if added is None:
            return Win.from_row(connection.execute(select(table).where(table.c.clip_id == win.clip_id)).one())
        made = Win.from_row(added)
        if made.person_id is not None and made.person_id != made.by_id and _agreed(connection, made):
            row = connection.execute(select(people).where(people.c.id == made.person_id)).one()
            news = News("won", f"won/{made.id}", f"won/{made.id}", {"win": made.id})
            reaching.tell(store, connection, Person.from_row(row), news, win.at)
        post(store, connection, made, win.at, BEFORE)
        return made


def one(store: Store, number: int) -> Win:
    """One of them. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"win {number}")
    return Win.from_row(row)


def find(
    store: Store,
    *,
    clips: Collection[str] | None = None,
    call: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> list[Win]:
    """Wins, the latest first: of some clips, of a call, marked in a time, before another one was."""
    wanted = select(table).order_by(table.c.id.desc())
    if clips is not None:
        wanted = wanted.where(table.c.clip_id.in_(list(clips)))
    if call is not None:
        wanted = wanted.where(table.c.recording_id == call)
    if since is not None:
        wanted = wanted.where(table.c.at >= since)
    if until is not None:
        wanted = wanted.where(table.c.at < until)
    if before is not None:
        wanted = wanted.where(table.c.id < before)
    with store.read() as connection:
        return [Win.from_row(row) for row in connection.execute(wanted)]


def remove(store: Store, number: int) -> None:
    """It is none any more; what was not sent of it is not sent. Raises NotFound."""
    with store.write() as connection:
        row = connection.execute(delete(table).where(table.c.id == number).returning(*table.c)).one_or_none()
        if row is None:
            raise NotFound(f"win {number}")
        outbox.drop_about(connection, Win.from_row(row).about)


def forget(store: Store, call: str) -> None:
    """A call is deleted, and its wins with it."""
    with store.write() as connection:
        for row in connection.execute(delete(table).where(table.c.recording_id == call).returning(*table.c)).all():
            outbox.drop_about(connection, Win.from_row(row).about)


def answered(store: Store, connection: Connection, said: Consent, at: datetime) -> None:
    """A rep answered about a clip: what they agree to is posted, what they don't is taken out of the outbox."""
    asked = _asked(connection, said.recording_id)
    for row in connection.execute(select(table).where(table.c.recording_id == said.recording_id)).all():
        win = Win.from_row(row)
        allows = covers(asked, win.clip_id)
        if allows is None:
            outbox.drop_about(connection, win.about)
        elif allows.id == said.id:
            post(store, connection, win, at)


def post(store: Store, connection: Connection, win: Win, at: datetime, after: timedelta = SOON) -> bool:
    """Have a win's team told where its rep has agreed and the team has a channel; whether it will be now."""
    channel = _channel(connection, win)
    if not channel or not _agreed(connection, win):
        return False
    row = Entry(KIND, win.about, "slack", channel, {"win": win.id}, win.about, uuid4().hex, at, at + after)
    return outbox.write(store, connection, row)


def move(store: Store, team: str, at: datetime) -> None:
    """A team has another channel, or none: what was not sent goes there, or nowhere."""
    with store.write() as connection:
        waits = select(messages.c.about).where(messages.c.kind == KIND, messages.c.sent_at.is_(None))
        for about in connection.scalars(waits).all():
            number = int(about.rpartition("/")[2])
            row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
            if row is not None and _team(connection, Win.from_row(row)) == folded(team):
                outbox.drop_about(connection, about)
                post(store, connection, Win.from_row(row), at)


def _asked(connection: Connection, call: str) -> list[Consent]:
    return [
        Consent.from_row(row) for row in connection.execute(select(consents).where(consents.c.recording_id == call))
    ]


def _agreed(connection: Connection, win: Win) -> bool:
    return covers(_asked(connection, win.recording_id), win.clip_id) is not None


def _team(connection: Connection, win: Win) -> str:
    """The team of its rep, as teams are compared; empty where there is none."""
    if win.person_id is None:
        return ""
    return folded(connection.scalar(select(people.c.team).where(people.c.id == win.person_id)) or "")


def _channel(connection: Connection, win: Win) -> str:
    team = _team(connection, win)
    wanted = select(team_choices.c.channel).where(team_choices.c.folded == team)
    return (connection.scalar(wanted) or "") if team else ""
