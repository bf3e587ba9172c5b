"""When a call counts in figures of a team: once its rep has opened it, else three working days after it came in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clips_api.deps import Parts
from clips_api.index.rows import utc
from clips_api.store import openings
from pipeline.library import now

DAYS = 3  # working days that a rep has to hear a call before others see it counted
WEEKEND = (5, 6)


def open_call(parts: Parts, recording_id: str, rep: str | None) -> None:
    """Somebody opens a call: where it is their own it counts from now on."""
    viewer = parts.viewer
    whose = viewer.roster.person(rep)
    if viewer.id is not None and whose is not None and whose.id == viewer.id:
        openings.add(parts.store, viewer.id, recording_id, now())


def counted(parts: Parts, at: datetime) -> dict[str, Any]:
    """What statements over calls are given for it: what had come in by `settled` counts, and what was `opened`.

    Those opened are one text: DuckDB takes thousands of values one by one slowly.
    """
    settled = working_days_before(at, DAYS)
    return {"settled": utc(settled), "opened": " ".join(openings.since(parts.store, settled))}


def working_days_before(at: datetime, days: int) -> datetime:
    """The same time of day so many working days before, on this machine's clock; weekends pass uncounted."""
    found = at.astimezone()
    while days:
        found -= timedelta(days=1)
        days -= found.weekday() not in WEEKEND
    return found
