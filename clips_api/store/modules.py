"""Micro-modules and their versions: one draft at most; what is out never changes, but for words that are deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, delete, insert, select, update

from clips_api.problems import Overtaken
from clips_api.store.database import Store
from clips_api.store.lesson_tables import module_versions as versions
from clips_api.store.lesson_tables import modules as table
from pipeline.errors import NotFound


@dataclass(frozen=True)
class Module:
    """One micro-module; what it holds stands in its versions."""

    id: int
    title: str
    by: str
    made_at: datetime
    archived_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


@dataclass(frozen=True)
class Version:
    """What a module holds: `items` as clips_api/lessons.py has them. `published_at`: None in the draft."""

    id: int
    module_id: int
    number: int
    items: list[dict[str, Any]]
    quiz_id: int | None
    seconds: int
    revision: int
    by: str
    changed_at: datetime
    published_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001


def make(store: Store, title: str, items: list[dict[str, Any]], *, seconds: int, by: str, at: datetime) -> int:
    """Make a module with its first draft; its number."""
    with store.write() as connection:
        made = insert(table).values(title=title, by=by, made_at=at).returning(table.c.id)
        number = int(connection.execute(made).scalar_one())
        _begin(connection, number, 1, 1, items=items, quiz_id=None, seconds=seconds, by=by, at=at)
    return number


def find(store: Store, *, archived: bool = False) -> list[Module]:
    """The modules in use, or those put away; the newest first."""
    gone = table.c.archived_at.is_not(None) if archived else table.c.archived_at.is_(None)
    with store.read() as connection:
        rows = connection.execute(select(table).where(gone).order_by(table.c.id.desc()))
        return [Module.from_row(row) for row in rows]


def one(store: Store, number: int) -> Module:
    """One module, put away or not. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"lesson {number}")
    return Module.from_row(row)


def history(store: Store, modules: Iterable[int]) -> dict[int, list[Version]]:
    """Every version of some modules, the newest first; the draft, where there is one, before all others."""
    wanted = select(versions).where(versions.c.module_id.in_(list(modules))).order_by(versions.c.number.desc())
    found: dict[int, list[Version]] = {}
    with store.read() as connection:
        for row in connection.execute(wanted):
            found.setdefault(row.module_id, []).append(Version.from_row(row))
    return found


def version(store: Store, number: int) -> Version:
    """One version, by its own id. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(versions).where(versions.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"version {number} of a lesson")
    return Version.from_row(row)


def latest(store: Store, module: int) -> Version:
    """What an editor shows: the draft, else what was published last. Raises NotFound."""
    with store.read() as connection:
        return _newest(connection, module)


def published(store: Store, module: int) -> Version | None:
    """What was published last: who starts now gets this one."""
    out = versions.c.published_at.is_not(None)
    wanted = select(versions).where(versions.c.module_id == module, out).order_by(versions.c.number.desc()).limit(1)
    with store.read() as connection:
        row = connection.execute(wanted).one_or_none()
        return Version.from_row(row) if row is not None else None


def save(
    store: Store,
    module: int,
    *,
    items: list[dict[str, Any]],
    quiz_id: int | None,
    seconds: int,
    revision: int | None,
    by: str,
    at: datetime,
) -> Version:
    """Write the draft, a new one where the last version is out.

    Raises NotFound, and Overtaken where somebody else saved since `revision`.
    """
    with store.write() as connection:
        last = _turn(connection, module, revision)
        values: dict[str, Any] = {"items": items, "quiz_id": quiz_id, "seconds": seconds, "by": by}
        if (last.items, last.quiz_id) == (items, quiz_id):
            return last
        if last.published_at is not None:
            return _begin(connection, module, last.number + 1, last.revision + 1, **values, at=at)
        changed = update(versions).where(versions.c.id == last.id)
        new = changed.values(**values, changed_at=at, revision=last.revision + 1).returning(*versions.c)
        return Version.from_row(connection.execute(new).one())


def publish(store: Store, module: int, *, revision: int | None, at: datetime) -> Version:
    """Let the draft out. Again, it changes nothing. Raises NotFound, Overtaken."""
    with store.write() as connection:
        last = _turn(connection, module, revision)
        if last.published_at is not None:
            return last
        out = update(versions).where(versions.c.id == last.id).values(published_at=at, revision=last.revision + 1)
        return Version.from_row(connection.execute(out.returning(*versions.c)).one())


def drop_draft(store: Store, module: int) -> None:
    """Throw the draft away and go back to what was published; the first draft stays. Raises NotFound."""
    with store.write() as connection:
        last = _turn(connection, module, None)
        if last.published_at is None and last.number > 1:
            connection.execute(delete(versions).where(versions.c.id == last.id))
            before = update(versions).where(versions.c.module_id == module, versions.c.number == last.number - 1)
            connection.execute(before.values(revision=last.revision + 1))  # who still edits the draft is told


def rename(store: Store, module: int, title: str) -> None:
    """Give a module another title. Raises NotFound."""
    _change(store, module, title=title)


def put_away(store: Store, module: int, at: datetime | None) -> None:
    """Take a module out of the list; None: back into it. Whoever was given it keeps it. Raises NotFound."""
    _change(store, module, archived_at=at)


def forget_words(store: Store, call: str) -> int:
    """Blank what was said in every clip of a call, in all versions; how many clips there were."""
    forgotten = 0
    with store.write() as connection:
        for row in connection.execute(select(versions.c.id, versions.c["items"]).with_for_update()).all():
            told = [item for item in row[1] if item.get("recording_id") == call]
            forgotten += len(told)
            if told:
                blank = [item | {"said": [], "customer": None} if item in told else item for item in row[1]]
                connection.execute(update(versions).where(versions.c.id == row.id).values(items=blank))
    return forgotten


def holding(store: Store, call: str) -> list[Module]:
    """The modules in which clips of a call stand, in any version, put away or not; by title."""
    modules = [*find(store), *find(store, archived=True)]
    versions_of = history(store, [one.id for one in modules])
    held = {
        number
        for number, some in versions_of.items()
        if any(item.get("recording_id") == call for one in some for item in one.items)
    }
    return sorted((one for one in modules if one.id in held), key=lambda one: one.title.casefold())


def _begin(
    connection: Connection,
    module: int,
    number: int,
    revision: int,
    *,
    items: list[dict[str, Any]],
    quiz_id: int | None,
    seconds: int,
    by: str,
    at: datetime,
) -> Version:
    values = {"items": items, "quiz_id": quiz_id, "seconds": seconds, "by": by, "changed_at": at}
    new = insert(versions).values(module_id=module, number=number, revision=revision, **values)
    return Version.from_row(connection.execute(new.returning(*versions.c)).one())


def _turn(connection: Connection, module: int, revision: int | None) -> Version:
    """Wait until nobody else changes this module; its newest version. Raises NotFound, Overtaken."""
    connection.execute(select(table.c.id).where(table.c.id == module).with_for_update())
    last = _newest(connection, module)
    if revision is not None and revision != last.revision:
        raise Overtaken(f"lesson {module}")
    return last


def _newest(connection: Connection, module: int) -> Version:
    wanted = select(versions).where(versions.c.module_id == module).order_by(versions.c.number.desc()).limit(1)
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"lesson {module}")
    return Version.from_row(row)


def _change(store: Store, module: int, **values: Any) -> None:
    with store.write() as connection:
        if not connection.execute(update(table).where(table.c.id == module).values(values)).rowcount:
            raise NotFound(f"lesson {module}")
