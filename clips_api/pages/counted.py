"""The moments behind a count, as lists of them show each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clips_api import clips
from clips_api.answers import Clip
from clips_api.changes import clip_of
from clips_api.deps import Parts
from clips_api.index.database import Row
from pipeline.errors import NotFound

A_PAGE = 25


@dataclass(frozen=True)
class Moment:
    """One thing that was counted. `clip`: what was said; None where nothing stands for it but the call."""

    recording_id: str
    did: bool
    rep: str | None
    customer: str | None
    started_at: str | None
    clip: Clip | None


def moments(parts: Parts, rows: Iterable[Row]) -> list[Moment]:
    """Rows of a count with what was said; calls that were deleted since are left out."""
    found = []
    for row in rows:
        name, clip = clip_of(row), None
        try:
            clip = clips.resolve(parts, name) if name is not None else None
        except NotFound:
            if not parts.library.known(row["recording_id"]):
                continue
        found.append(Moment(row["recording_id"], row["did"], row["rep"], row["customer"], row["started_text"], clip))
    return found
