"""Saved searches: what is asked, whom to tell, and which clips each has found so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from clips_api.store import outbox
from clips_api.store.database import Store
from clips_api.store.schema import known_calls, search_matches
from clips_api.store.schema import saved_searches as table

AT_ONCE = 300  # rows of one statement


@dataclass(frozen=True)
class SavedSearch:
    """A question that is asked of every new call. A person is told at the address on file, others at `address`."""

    name: str
    query: str
    by: str
    created_at: datetime
    looked_at: datetime
    channel: str | None = None
    address: str | None = None
    person_id: int | None = None
    paused: bool = False
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox names it."""
        return f"search/{self.id}"


def save(store: Store, search: SavedSearch, calls: Collection[str]) -> SavedSearch:
    """Keep a search. `calls`, all that can be searched today, are not new to it, whatever is made of them later."""
    values = {name: value for name, value in vars(search).items() if name != "id"}
    with store.write() as connection:
        know(store, connection, calls, search.created_at)
        row = connection.execute(insert(table).values(values).returning(*table.c)).one()
        return SavedSearch.from_row(row)


def find(store: Store) -> list[SavedSearch]:
    """All of them, by name."""
    with store.read() as connection:
        return sorted(all_of(connection), key=lambda one: (one.name.casefold(), one.id))


def all_of(connection: Connection) -> list[SavedSearch]:
    """All of them, as they were saved."""
    return [SavedSearch.from_row(row) for row in connection.execute(select(table).order_by(table.c.id))]


def get(store: Store, number: int) -> SavedSearch | None:
    """One search, None where there is none by that number."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
        return SavedSearch.from_row(row) if row is not None else None


def change(store: Store, number: int, **values: Any) -> SavedSearch | None:
    """Change some columns of one; None where there is none."""
    with store.write() as connection:
        changed = update(table).where(table.c.id == number).values(**values).returning(*table.c)
        row = connection.execute(changed).one_or_none()
        return SavedSearch.from_row(row) if row is not None else None


def remove(store: Store, number: int) -> SavedSearch | None:
    """Delete one, with what it was about to tell; None where there was none."""
    with store.write() as connection:
        row = connection.execute(delete(table).where(table.c.id == number).returning(*table.c)).one_or_none()
        if row is None:
            return None
        gone = SavedSearch.from_row(row)
        outbox.drop_about(connection, gone.about)
        return gone


def know(store: Store, connection: Connection, calls: Collection[str], at: datetime) -> None:
    """Write down since when these calls can be searched, where that is not known."""
    rows = [{"recording_id": one, "since": at} for one in calls]
    for first in range(0, len(rows), AT_ONCE):
        connection.execute(store.insert_new(known_calls, rows[first : first + AT_ONCE], ["recording_id"]))


def since(connection: Connection, calls: Collection[str]) -> dict[str, datetime]:
    """Since when each of some calls can be searched."""
    wanted = select(known_calls).where(known_calls.c.recording_id.in_(list(calls)))
    return {row.recording_id: row.since for row in connection.execute(wanted)}


def known(connection: Connection) -> set[str]:
    """Every call of which it is known since when it can be searched."""
    return set(connection.scalars(select(known_calls.c.recording_id)))


def matched(connection: Connection, search: SavedSearch, calls: Collection[str]) -> dict[str, str]:
    """What a search has found in some calls so far: clip -> call."""
    here = and_(search_matches.c.search_id == search.id, search_matches.c.recording_id.in_(list(calls)))
    rows = connection.execute(select(search_matches.c.clip_id, search_matches.c.recording_id).where(here))
    return {row.clip_id: row.recording_id for row in rows}


def match(connection: Connection, search: SavedSearch, clips: Iterable[tuple[str, str]], at: datetime) -> None:
    """Write down what a search has found: clips with their calls."""
    rows = [{"search_id": search.id, "clip_id": clip, "recording_id": call, "found_at": at} for clip, call in clips]
    connection.execute(insert(search_matches), rows)


def new_since_looked(store: Store) -> dict[int, int]:
    """For each search, how many clips it found since somebody last opened it."""
    wanted = (
        select(table.c.id, func.count(search_matches.c.clip_id))
        .join(
            search_matches,
            and_(search_matches.c.search_id == table.c.id, search_matches.c.found_at > table.c.looked_at),
        )
        .group_by(table.c.id)
    )
    with store.read() as connection:
        return {number: clips for number, clips in connection.execute(wanted)}  # noqa: C416  as in outbox
