"""Micro-modules and their versions: one draft at most; what is out never changes, but for words that are deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, select, update

from clips_api.store.database import Store
from clips_api.store.lesson_tables import module_versions as versions
from clips_api.store.lesson_tables import modules as table
from clips_api.store.versions import Titled, Versions


class Module(Titled):
    """One micro-module."""


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
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it


kept = Versions("lesson", table, versions, "module_id", Module.from_row, Version.from_row, ("items", "quiz_id"))
find = kept.find
one = kept.one
history = kept.history
version = kept.version
latest = kept.latest
published = kept.published
save = kept.save
publish = kept.publish
drop_draft = kept.drop_draft
rename = kept.rename
put_away = kept.put_away


def make(store: Store, title: str, items: list[dict[str, Any]], *, seconds: int, by: str, at: datetime) -> int:
    """Make a module with its first draft; its number."""
    return kept.make(store, title, {"items": items, "quiz_id": None, "seconds": seconds}, by=by, at=at)


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
