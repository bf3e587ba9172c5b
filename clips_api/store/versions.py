"""Drafts and versions: one draft at most; what is out never changes, but for words that are deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, Self, TypeVar

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from clips_api.problems import Overtaken
from clips_api.store.database import Store
from pipeline.errors import NotFound


class Numbered(Protocol):
    """One version. `published_at`: None in the draft."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def published_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Titled:
    """What is written in versions; what it holds stands in them."""

    id: int
    title: str
    by: str
    made_at: datetime
    archived_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


Thing = TypeVar("Thing")
Version = TypeVar("Version", bound=Numbered)


@dataclass(frozen=True)
class Versions(Generic[Thing, Version]):
    """Two tables: things, and their versions, which name their thing in the column `key`."""

    name: str  # as people call one
    things: Table
    table: Table
    key: str
    thing: Callable[[Row[Any]], Thing]
    version_of: Callable[[Row[Any]], Version]
    content: tuple[str, ...]  # the columns whose change makes a change

    def make(self, store: Store, title: str, content: dict[str, Any], *, by: str, at: datetime) -> int:
        """Make one with its first draft; its number."""
        with store.write() as connection:
            made = insert(self.things).values(title=title, by=by, made_at=at).returning(self.things.c.id)
            number = int(connection.execute(made).scalar_one())
            self._begin(connection, number, 1, 1, content | {"by": by, "changed_at": at})
        return number

    def find(self, store: Store, *, archived: bool = False) -> list[Thing]:
        """Those in use, or those put away; the newest first."""
        gone = self.things.c.archived_at
        wanted = select(self.things).where(gone.is_not(None) if archived else gone.is_(None))
        with store.read() as connection:
            return [self.thing(row) for row in connection.execute(wanted.order_by(self.things.c.id.desc()))]

    def one(self, store: Store, number: int) -> Thing:
        """One, put away or not. Raises NotFound."""
        with store.read() as connection:
            row = connection.execute(select(self.things).where(self.things.c.id == number)).one_or_none()
        if row is None:
            raise NotFound(f"{self.name} {number}")
        return self.thing(row)

    def history(self, store: Store, numbers: Iterable[int]) -> dict[int, list[Version]]:
        """Every version of some, the newest first; the draft, where there is one, before all others."""
        of = self.table.c[self.key]
        wanted = select(self.table).where(of.in_(list(numbers))).order_by(self.table.c.number.desc())
        found: dict[int, list[Version]] = {}
        with store.read() as connection:
            for row in connection.execute(wanted):
                found.setdefault(getattr(row, self.key), []).append(self.version_of(row))
        return found

    def version(self, store: Store, number: int) -> Version:
        """One version, by its own id. Raises NotFound."""
        with store.read() as connection:
            row = connection.execute(select(self.table).where(self.table.c.id == number)).one_or_none()
        if row is None:
            raise NotFound(f"version {number} of a {self.name}")
        return self.version_of(row)

    def latest(self, store: Store, number: int) -> Version:
        """What an editor shows: the draft, else what was published last. Raises NotFound."""
        with store.read() as connection:
            return self._newest(connection, number)

    def published(self, store: Store, number: int) -> Version | None:
        """What was published last: who starts now gets this one."""
        out = (self.table.c[self.key] == number, self.table.c.published_at.is_not(None))
        wanted = select(self.table).where(*out).order_by(self.table.c.number.desc()).limit(1)
        with store.read() as connection:
            row = connection.execute(wanted).one_or_none()
            return self.version_of(row) if row is not None else None

    def save(
        self, store: Store, number: int, *, revision: int | None, by: str, at: datetime, **content: Any
    ) -> Version:
        """Write the draft, a new one where the last version is out.

        Raises NotFound, and Overtaken where somebody else saved since `revision`.
        """
        with store.write() as connection:
            last = self._turn(connection, number, revision)
            if all(getattr(last, name) == content[name] for name in self.content):
                return last
            values = content | {"by": by, "changed_at": at}
            if last.published_at is not None:
                return self._begin(connection, number, last.number + 1, last.revision + 1, values)
            return self._change(connection, last, **values)

    def publish(self, store: Store, number: int, *, revision: int | None, at: datetime) -> Version:
        """Let the draft out. Again, it changes nothing. Raises NotFound, Overtaken."""
        with store.write() as connection:
            last = self._turn(connection, number, revision)
            return last if last.published_at is not None else self._change(connection, last, published_at=at)

    def drop_draft(self, store: Store, number: int) -> None:
        """Throw the draft away and go back to what was published; the first draft stays. Raises NotFound."""
        with store.write() as connection:
            last = self._turn(connection, number, None)
            if last.published_at is None and last.number > 1:
                connection.execute(delete(self.table).where(self.table.c.id == last.id))
                before = (self.table.c[self.key] == number, self.table.c.number == last.number - 1)
                told = update(self.table).where(*before).values(revision=last.revision + 1)
                connection.execute(told)  # who still edits the draft is told

    def rename(self, store: Store, number: int, title: str) -> None:
        """Give it another title. Raises NotFound."""
        self._set(store, number, title=title)

    def put_away(self, store: Store, number: int, at: datetime | None) -> None:
        """Take it out of the list; None: back into it. Whoever was given it keeps it. Raises NotFound."""
        self._set(store, number, archived_at=at)

    def _begin(
        self, connection: Connection, number: int, version: int, revision: int, values: dict[str, Any]
    ) -> Version:
        new = insert(self.table).values({self.key: number, "number": version, "revision": revision} | values)
        return self.version_of(connection.execute(new.returning(*self.table.c)).one())

    def _change(self, connection: Connection, last: Version, **values: Any) -> Version:
        changed = update(self.table).where(self.table.c.id == last.id).values(**values, revision=last.revision + 1)
        return self.version_of(connection.execute(changed.returning(*self.table.c)).one())

    def _turn(self, connection: Connection, number: int, revision: int | None) -> Version:
        """Wait until nobody else changes it; its newest version. Raises NotFound, Overtaken."""
        connection.execute(select(self.things.c.id).where(self.things.c.id == number).with_for_update())
        last = self._newest(connection, number)
        if revision is not None and revision != last.revision:
            raise Overtaken(f"{self.name} {number}")
        return last

    def _newest(self, connection: Connection, number: int) -> Version:
        wanted = select(self.table).where(self.table.c[self.key] == number)
        row = connection.execute(wanted.order_by(self.table.c.number.desc()).limit(1)).one_or_none()
        if row is None:
            raise NotFound(f"{self.name} {number}")
        return self.version_of(row)

    def _set(self, store: Store, number: int, **values: Any) -> None:
        with store.write() as connection:
            changed = update(self.things).where(self.things.c.id == number).values(values)
            if not connection.execute(changed).rowcount:
                raise NotFound(f"{self.name} {number}")
