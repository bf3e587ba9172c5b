"""Consents: whether a rep's clip may be an example to others. Whoever was asked once is not asked again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self, TypeAlias

from sqlalchemy import Connection, Row, select, update

from clips_api import reaching
from clips_api.reaching import News
from clips_api.spans import Span
from clips_api.store import outbox
from clips_api.store.coaching_tables import consents as table
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.errors import NotFound

GATHERED = timedelta(minutes=15)  # in which several questions become one message


@dataclass(frozen=True)
class Consent:
    """What was asked about one clip, and the answer. `agreed` is None until there is one; `person_id` is the rep's."""

    clip_id: str
    recording_id: str
    person_id: int | None
    rep: str | None
    quote: str
    asked_by: str
    asked_at: datetime
    agreed: bool | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    helped_at: datetime | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox names it."""
        return f"consent/{self.id}"


Then: TypeAlias = Callable[[Connection, Consent], None]


def ask(store: Store, consent: Consent, person: Person | None = None) -> Consent:
    """Write down that somebody is asked, and have `person` told; what was asked before stands."""
    values = {name: value for name, value in vars(consent).items() if name != "id"}
    with store.write() as connection:
        added = connection.execute(store.insert_new(table, [values], ["clip_id"]).returning(*table.c)).one_or_none()
        row = added or connection.execute(select(table).where(table.c.clip_id == consent.clip_id)).one()
        asked = Consent.from_row(row)
        way = reaching.way(person) if added is not None and person is not None else None
        if person is not None and way is not None and not outbox.open_about(connection, _waiting(person.id), *way):
            news = News("consent", _waiting(person.id), asked.about)  # one message about all that waits by then
            reaching.tell(store, connection, person, news, asked.asked_at, after=GATHERED)
        return asked


def one(store: Store, number: int) -> Consent:
    """One of them. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"question {number} about a clip")
    return Consent.from_row(row)


def find(
    store: Store,
    *,
    clips: Collection[str] | None = None,
    call: str | None = None,
    person: int | None = None,
    waiting: bool = False,
) -> list[Consent]:
    """What was asked, the latest first: about some clips, a call, of a person; `waiting`: what has no answer yet."""
    wanted = select(table).order_by(table.c.asked_at.desc(), table.c.id.desc())
    if clips is not None:
        wanted = wanted.where(table.c.clip_id.in_(list(clips)))
    for column, value in ((table.c.recording_id, call), (table.c.person_id, person)):
        if value is not None:
            wanted = wanted.where(column == value)
    if waiting:
        wanted = wanted.where(table.c.agreed.is_(None))
    with store.read() as connection:
        return [Consent.from_row(row) for row in connection.execute(wanted)]


def agreed(store: Store, clip_id: str) -> bool:
    """Whether a clip may be shown to others: its rep agreed to it, or to one around it and never refused this one."""
    return covers(find(store, call=clip_id.partition("-")[0]), clip_id) is not None


def covers(asked: Collection[Consent], clip_id: str) -> Consent | None:
    """Which of some answers allows a clip."""
    own = next((one for one in asked if one.clip_id == clip_id), None)
    if own is not None and own.agreed is not None:
        return own if own.agreed else None
    return next((one for one in asked if one.agreed and _around(one.clip_id, clip_id)), None)


def answer(store: Store, number: int, *, agreed: bool, by: str, at: datetime, then: Then = lambda *_: None) -> Consent:
    """Write down an answer; a later one replaces it, and what follows is done at once. Raises NotFound."""
    values = {"agreed": agreed, "answered_by": by, "answered_at": at}
    with store.write() as connection:
        changed = update(table).where(table.c.id == number).values(**values).returning(*table.c)
        row = connection.execute(changed).one_or_none()
        if row is None:
            raise NotFound(f"question {number} about a clip")
        answered = Consent.from_row(row)
        own = answered.person_id
        left = select(table.c.id).where(table.c.person_id == own, table.c.agreed.is_(None)).limit(1)
        if own is not None and connection.execute(left).one_or_none() is None:
            outbox.drop_about(connection, _waiting(own))  # nobody is asked what they have answered
        then(connection, answered)
        return answered


def helped(store: Store, consents: Collection[Consent], person: Person, *, at: datetime, since: datetime) -> bool:
    """Tell somebody that clips of theirs help, unless they were told after `since`; whether they are told now."""
    mine = table.c.person_id == person.id
    with store.write() as connection:
        if connection.execute(select(table.c.id).where(mine, table.c.helped_at > since).limit(1)).one_or_none():
            return False
        numbers = [one.id for one in consents]
        news = News("helped", f"person/{person.id}", f"helped/{person.id}/{at.date()}", {"consents": numbers})
        connection.execute(update(table).where(table.c.id.in_(numbers)).values(helped_at=at))
        return reaching.tell(store, connection, person, news, at)


def forget_words(store: Store, call: str) -> None:
    """Blank what was said in a call, which is deleted. Who agreed to what stays."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.recording_id == call).values(quote=""))


def _waiting(person: int) -> str:
    return f"person/{person}/asked"


def _around(longer: str, shorter: str) -> bool:
    try:
        one, other = Span.parse(longer), Span.parse(shorter)
    except NotFound:  # of a transcript without times
        return False
    return one.recording_id == other.recording_id and one.start <= other.start and other.end <= one.end
