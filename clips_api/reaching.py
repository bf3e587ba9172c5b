"""How somebody is told: by their own e-mail address, else in a direct message in Slack; never in a channel."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from clips_api.quiet import Quiet
from clips_api.store import outbox, people
from clips_api.store.database import Store
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from pipeline.settings import Settings

MEMBER = re.compile(r"[UW][A-Z0-9]{6,20}")  # a person's id in Slack; C… and G… are channels, which others read
NOWHERE = "They have no e-mail address and no Slack member id: add one on the people page, or copy the link."


def way(person: Person) -> tuple[str, str] | None:
    """The channel and the address of somebody's own; None where there is none, or where they have left."""
    if person.left_at is not None:
        return None
    if person.email:
        return "mail", person.email
    return ("slack", person.slack) if person.slack and MEMBER.fullmatch(person.slack) else None


@dataclass(frozen=True)
class News:
    """What somebody is to be told, as a row of the outbox has it. Who writes the same `dedupe` means the same."""

    kind: str
    about: str
    dedupe: str
    payload: dict[str, Any] = field(default_factory=dict)


def tell(
    store: Store,
    connection: Connection,
    person: Person,
    news: News,
    at: datetime,
    *,
    after: timedelta = timedelta(0),
    wait: bool = True,
    links: bool = True,
    quiet: Quiet | None = None,
) -> bool:
    """Write what one person is to be told, in the transaction of its cause; False where it is there, or has no way.

    It is theirs alone: it goes to the address that they have when it is sent, and with `wait` not in quiet hours;
    `quiet`, where it is known by now, says in the row already when that will be.
    """
    to = way(person)
    if to is None:
        return False
    payload = news.payload | {"person": person.id, "waits": wait}
    due_at = quiet.until(at + after) if quiet is not None and wait else at + after
    row = Entry(news.kind, news.about, *to, payload, news.dedupe, uuid4().hex, at, due_at, links=links)
    return outbox.write(store, connection, row)


def ready(store: Store, settings: Settings, row: Entry, at: datetime) -> bool:
    """Whether a row that was just taken may go to its person now; if not, it is put off, readdressed or dropped.

    Rows that name nobody go to the address they have.
    """
    if "person" not in row.payload:
        return True
    person = people.get(store, row.payload["person"])
    if person is None or person.left_at is not None:
        outbox.drop(store, row.id)
        return False
    to = way(person)
    if to is None:
        outbox.failed(store, row.id, row.leased_by or "", NOWHERE, retry_at=None, at=at)
        return False
    if to != (row.channel, row.address):
        outbox.readdress(store, row.id, *to)
        return False
    until = Quiet.of(settings, person).until(at) if row.payload.get("waits", True) else at
    if until > at:
        outbox.postpone(store, row.id, until)
        return False
    return True
