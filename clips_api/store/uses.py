"""Uses: how often a clip or a collection was played, shared, packed or attached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import func, insert, select

from clips_api.store.database import Store
from clips_api.store.schema import collections
from clips_api.store.schema import uses as table
from pipeline.errors import NotFound

What = Literal["shared", "packed", "attached", "played"]


def note(
    store: Store, what: What, *, collection: int | None = None, clip: str | None = None, by: str, at: datetime
) -> None:
    """Count one use of a clip, of a collection, or of a clip out of a collection. Raises NotFound."""
    values = {"what": what, "collection_id": collection, "clip_id": clip, "by": by, "at": at}
    with store.write() as connection:
        known = select(collections.c.id).where(collections.c.id == collection)
        if collection is not None and connection.execute(known).scalar() is None:
            raise NotFound(f"collection {collection}")
        connection.execute(insert(table).values(values))


def counts(store: Store, clips: Iterable[str]) -> dict[str, int]:
    """How often each of these clips was used, wherever."""
    wanted = select(table.c.clip_id, func.count()).where(table.c.clip_id.in_(list(clips))).group_by(table.c.clip_id)
    with store.read() as connection:
        return {str(clip): int(number) for clip, number in connection.execute(wanted)}
