"""Moments that somebody has put behind them on their first page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from clips_api.store.coaching_tables import dealt as table
from clips_api.store.database import Store


def add(store: Store, by: str, clip_id: str, at: datetime) -> None:
    """Put one behind them; done again it stays as it is."""
    with store.write() as connection:
        values = {"by": by, "clip_id": clip_id, "at": at}
        connection.execute(store.insert_new(table, [values], ["by", "clip_id"]))


def among(store: Store, by: str, clips: Collection[str]) -> set[str]:
    """Which of some clips they have put behind them."""
    wanted = select(table.c.clip_id).where(table.c.by == by, table.c.clip_id.in_(list(clips)))
    with store.read() as connection:
        return set(connection.execute(wanted).scalars())


def since(store: Store, by: str, at: datetime) -> int:
    """How many they have put behind them since then."""
    wanted = select(func.count()).select_from(table).where(table.c.by == by, table.c.at >= at)
    with store.read() as connection:
        return int(connection.execute(wanted).scalar_one())
