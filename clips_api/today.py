"""Today: what a manager sees first. One moment to copy, one to coach, one thing that waits for an answer; then no more.

The list of a day is short on purpose: about twelve minutes, then it is empty and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from clips_api import clips
from clips_api.answers import Clip
from clips_api.deps import Parts
from clips_api.spans import clip_id
from clips_api.store import dealt, kept
from pipeline.errors import NotFound
from pipeline.library import now

Kind = Literal["copy", "coach"]
A_DAY = timedelta(minutes=12)
DECIDING = 25.0  # seconds that a moment takes besides listening
ANSWERING = 45.0  # seconds that something which waits takes
RECENT = timedelta(days=14)
YESTERDAY = timedelta(hours=24)
DEPTH = 60  # moments that are looked at for those still to be shown
SCORES: dict[Kind, tuple[float, float]] = {"copy": (6, 10), "coach": (0, 4)}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for an answer: one sentence, and where it is answered."""

    title: str
    text: str
    href: str
    does: str
    since: datetime | None = None


Source = Callable[[Parts], Iterator[Waiting]]


@dataclass(frozen=True)
class Came:
    """What came in since yesterday."""

    calls: int
    moments: int
    reps: int


@dataclass(frozen=True)
class Today:
    """The first page. The first of each list is shown, the others come after it."""

    came: Came
    copy: tuple[Clip, ...]
    coach: tuple[Clip, ...]
    waiting: tuple[Waiting, ...]
    done: int  # moments put behind them today

    @property
    def seconds(self) -> float:
        """How long the rest takes, about."""
        return sum(map(_takes, (*self.copy, *self.coach))) + ANSWERING * len(self.waiting)

    @property
    def empty(self) -> bool:
        return not (self.copy or self.coach or self.waiting)


def today(parts: Parts, sources: tuple[Source, ...], at: datetime | None = None) -> Today:
    """What is left of this day's list: moments of these two weeks that nobody has dealt with."""
    at = at or now()
    waiting = tuple(one for source in sources for one in source(parts))
    done = dealt.since(parts.store, parts.viewer.name, _midnight(at))
    left = A_DAY.total_seconds() - ANSWERING * len(waiting) - done * 2 * DECIDING
    shown: dict[Kind, list[Clip]] = {"copy": [], "coach": []}
    streams = {kind: _moments(parts, kind, at) for kind in shown}
    while streams and left > 0:
        for kind in list(streams):
            clip = next(streams[kind], None)
            if clip is None:
                del streams[kind]
            elif (left := left - _takes(clip)) >= 0:
                shown[kind].append(clip)
    came = parts.database.rows("calls_since", since=_plain(at - YESTERDAY), **parts.finder.sight.values)[0]
    return Today(Came(**came), tuple(shown["copy"]), tuple(shown["coach"]), waiting, done)


def put_behind(parts: Parts, clip: str) -> None:
    """This person has dealt with a moment. Raises NotFound."""
    dealt.add(parts.store, parts.viewer.name, clips.resolve(parts, clip).id, now())


def _moments(parts: Parts, kind: Kind, at: datetime) -> Iterator[Clip]:
    """Moments of one sort that this person has not dealt with, the clearest first; of each rep one before a second."""
    least, most = SCORES[kind]
    asked = {"least": least, "most": most, "weakest": kind == "coach", "limit": DEPTH}
    rows = parts.database.rows("moments_since", since=_plain(at - RECENT), **asked, **parts.finder.sight.values)
    ids = list(dict.fromkeys(clip_id(row["recording_id"], row["start_s"], row["end_s"], row["turn"]) for row in rows))
    behind = dealt.among(parts.store, parts.viewer.name, ids)
    if kind == "copy":  # what is in the library was found strong already
        behind |= {held.clip.clip_id for held in kept.holding(parts.store, clips=ids)}
    seen: dict[str | None, int] = {}
    found: list[tuple[int, int, Clip]] = []
    for name in ids:
        if name in behind:
            continue
        try:
            clip = clips.resolve(parts, name)
        except NotFound:  # deleted since
            continue
        if clip.right is None:  # judged on another page
            seen[clip.rep] = seen.get(clip.rep, 0) + 1
            found.append((seen[clip.rep], len(found), clip))
    yield from (clip for _, _, clip in sorted(found, key=lambda one: one[:2]))


def _takes(clip: Clip) -> float:
    return DECIDING + (clip.end or 0.0) - (clip.start or 0.0)


def _plain(at: datetime) -> datetime:
    """A time as the index keeps it: UTC, and it doesn't say so."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _midnight(at: datetime) -> datetime:
    return at.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
