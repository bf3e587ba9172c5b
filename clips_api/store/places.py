"""How far somebody has got in their lesson, so that they go on where they left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from clips_api.store.database import Store
from clips_api.store.lesson_tables import lesson_places as table


def place(store: Store, assignment: int) -> int:
    """The last item that they went past, 1 the first; 0 where they are at the beginning."""
    with store.read() as connection:
        return int(connection.execute(select(table.c.place).where(table.c.assignment_id == assignment)).scalar() or 0)


def reach(store: Store, assignment: int, number: int, at: datetime) -> None:
    """They went past this item; going back and past an earlier one again changes nothing."""
    with store.write() as connection:
        mine = table.c.assignment_id == assignment
        so_far = connection.execute(select(table.c.place).where(mine).with_for_update()).scalar() or 0
        values = {"assignment_id": assignment, "place": max(so_far, number), "at": at}
        connection.execute(store.upsert(table, values, ["assignment_id"]))
