"""When somebody opened one of their own calls for the first time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from clips_api.store.access_tables import seen_calls as table
from clips_api.store.database import Store


def add(store: Store, person: int, recording_id: str, at: datetime) -> None:
    """They opened it; opened again it stays as it was the first time."""
    first = select(table.c.at).where(table.c.person_id == person, table.c.recording_id == recording_id)
    with store.read() as connection:
        if connection.execute(first).one_or_none() is not None:
            return
    with store.write() as connection:
        values = {"person_id": person, "recording_id": recording_id, "at": at}
        connection.execute(store.insert_new(table, [values], ["person_id", "recording_id"]))


def since(store: Store, at: datetime) -> list[str]:
    """The calls that were first opened since then."""
    with store.read() as connection:
        return list(connection.execute(select(table.c.recording_id).where(table.c.at >= at).distinct()).scalars())


def forget(store: Store, recording_id: str) -> None:
    """A call is deleted: nobody has opened it."""
    with store.write() as connection:
        connection.execute(delete(table).where(table.c.recording_id == recording_id))
