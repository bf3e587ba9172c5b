"""Coaching notes: what one person writes to another about a call, with the words as they were when it was written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from clips_api import reaching
from clips_api.problems import Overtaken
from clips_api.reaching import News
from clips_api.store.coaching_tables import notes as table
from clips_api.store.coaching_tables import remarks
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.errors import NotFound

Kind = Literal["coaching", "peer"]
State = Literal["draft", "sent", "unread", "answered", "to_do"]
Words = list[dict[str, str]]  # [{"speaker", "text"}]


@dataclass(frozen=True)
class Note:
    """One note. `said` and `exemplar` are the words as they were; times in seconds from the start of the recording."""

    kind: Kind
    recording_id: str
    by: str
    made_at: datetime
    changed_at: datetime
    clip_id: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    said: Words | tuple[()] = ()
    tag: str | None = None
    rep: str | None = None
    customer: str | None = None
    started_at: str | None = None
    person_id: int | None = None
    author_id: int | None = None
    strength: str = ""
    improvement: str = ""
    action: str = ""
    due_on: date | None = None
    done_at: datetime | None = None
    exemplar_id: str | None = None
    exemplar: Words | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    version: int = 1
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox and the trail name it."""
        return f"note/{self.id}"


@dataclass(frozen=True)
class Scope:
    """Which notes somebody sees: those that they wrote, and those sent to these people (None: to anybody)."""

    author: int | None
    people: tuple[int, ...] | None = ()

    def holds(self) -> ColumnElement[bool]:
        mine = table.c.author_id.is_(None) if self.author is None else table.c.author_id == self.author
        theirs = [] if self.people is None else [table.c.person_id.in_(self.people)]
        return or_(mine, and_(table.c.sent_at.is_not(None), *theirs))


def make(store: Store, note: Note) -> Note:
    """Keep a new note."""
    values = asdict(note) | {"said": list(note.said)}
    del values["id"]
    with store.write() as connection:
        return Note.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())


def find(
    store: Store, scope: Scope, *, limit: int | None = None, before: int | None = None, **asked: Any
) -> list[Note]:
    """Notes, the latest first. `asked`: see `_asked`; `before`: only those with a lower number."""
    wanted = select(table).where(scope.holds(), *_asked(**asked)).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(table.c.id < before)
    with store.read() as connection:
        return [Note.from_row(row) for row in connection.execute(wanted)]


def count(store: Store, scope: Scope, **asked: Any) -> int:
    """How many there are."""
    with store.read() as connection:
        wanted = select(func.count()).select_from(table).where(scope.holds(), *_asked(**asked))
        return int(connection.execute(wanted).scalar_one())


def one(store: Store, number: int, scope: Scope) -> Note:
    """One note. Raises NotFound, also where it is not theirs to see."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number, scope.holds())).one_or_none()
    if row is None:
        raise NotFound(f"note {number}")
    return Note.from_row(row)


def change(store: Store, number: int, changes: dict[str, Any], *, version: int | None, at: datetime) -> Note:
    """Change what was written. Raises NotFound, and Overtaken where it is no longer at `version`."""
    with store.write() as connection:
        present = _held(connection, number)
        if version is not None and version != present.version:
            raise Overtaken(f"note {number}")
        return _set(connection, number, **changes, version=present.version + 1, changed_at=at)


def send(store: Store, number: int, person: Person, at: datetime) -> Note:
    """It is no draft any more, and the rep is told, in one transaction; sent again, it changes nothing."""
    with store.write() as connection:
        present = _held(connection, number)
        if present.sent_at is not None:
            return present
        news = News("note", present.about, f"{present.about}/sent", {"note": number})
        reaching.tell(store, connection, person, news, at)
        return _set(connection, number, sent_at=at, person_id=person.id)


def acknowledge(store: Store, number: int, at: datetime) -> Note:
    """The rep has read it."""
    with store.write() as connection:
        present = _held(connection, number)
        return present if present.acknowledged_at else _set(connection, number, acknowledged_at=at)


def do(store: Store, number: int, at: datetime | None) -> Note:
    """Its action is done; None: it is not, after all."""
    with store.write() as connection:
        _held(connection, number)
        return _set(connection, number, done_at=at)


def remove(store: Store, number: int) -> None:
    """Throw a draft away; what was sent stays."""
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.id == number, table.c.sent_at.is_(None)))


def losing(store: Store, call: str) -> list[Note]:
    """The notes that lose their sound if a call is deleted: those about it, those whose example it holds."""
    with store.read() as connection:
        return [Note.from_row(row) for row in connection.execute(select(table).where(_of(call)))]


def forget_words(store: Store, call: str) -> None:
    """Blank what was said in a call, which is deleted. What people wrote about it stays."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.recording_id == call).values(said=[]))
        connection.execute(update(table).where(_exemplifies(call)).values(exemplar=[]))


def shows(store: Store, person: int, clip: str) -> bool:
    """Whether somebody was sent a note that has this clip as its example."""
    theirs = and_(table.c.person_id == person, table.c.sent_at.is_not(None), table.c.exemplar_id == clip)
    with store.read() as connection:
        return connection.execute(select(table.c.id).where(theirs).limit(1)).one_or_none() is not None


def _asked(
    *,
    call: str | None = None,
    clip: str | None = None,
    person: int | None = None,
    author: int | None = None,
    kind: Kind | None = None,
    state: State | None = None,
) -> list[ColumnElement[bool]]:
    given = (
        (table.c.recording_id, call),
        (table.c.clip_id, clip),
        (table.c.person_id, person),
        (table.c.author_id, author),
        (table.c.kind, kind),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in given if value is not None]
    return [*found, _is(state)] if state is not None else found


def _is(state: State) -> ColumnElement[bool]:
    sent = table.c.sent_at.is_not(None)
    last = select(func.max(remarks.c.id)).where(remarks.c.note_id == table.c.id, remarks.c.at_s.is_(None))
    theirs = select(remarks.c.id).where(
        remarks.c.id == last.correlate(table).scalar_subquery(), remarks.c.person_id == table.c.person_id
    )
    return {
        "draft": table.c.sent_at.is_(None),
        "sent": sent,
        "unread": and_(sent, table.c.acknowledged_at.is_(None)),
        "answered": and_(sent, theirs.correlate(table).exists()),
        "to_do": and_(sent, table.c.action != "", table.c.done_at.is_(None)),
    }[state]


def _of(call: str) -> ColumnElement[bool]:
    return or_(table.c.recording_id == call, _exemplifies(call))


def _exemplifies(call: str) -> ColumnElement[bool]:
    return table.c.exemplar_id.startswith(f"{call}-", autoescape=True)


def _held(connection: Connection, number: int) -> Note:
    row = connection.execute(select(table).where(table.c.id == number).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"note {number}")
    return Note.from_row(row)


def _set(connection: Connection, number: int, **values: Any) -> Note:
    changed = update(table).where(table.c.id == number).values(**values).returning(*table.c)
    return Note.from_row(connection.execute(changed).one())
