"""When a call's words are said, and at which times nobody may hear them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clips_api.masking import hide, personal
from clips_api.sound import Stretch
from clips_api.spans import Span
from pipeline.folder import CallFolder
from pipeline.records import Transcript, Turn

CLOSE = 0.02  # seconds by which an end may reach into a word: ids are rounded, and a word's edge is no sharper
MOST = 1.5  # seconds by which an end is moved for the sake of a word
ROOM = (
    0.15  # seconds muted before and after: nineteen words in twenty begin and end within so much of where they should
)
JOINED = 0.3  # seconds of sound between two silences that nobody needs


@dataclass(frozen=True)
class Spoken:
    """One call's words by their times, of both sides, and the stretches that hold personal data. Seconds."""

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    secret: tuple[Stretch, ...]

    @classmethod
    def of(cls, transcript: Transcript) -> Spoken:
        words = [(word.start, word.end) for turn in transcript.turns for word in turn.words if word.end > word.start]
        times = np.array(words, dtype=float).reshape(-1, 2)
        return cls(times[:, 0], times[:, 1], tuple(_merged(_secret(transcript))))

    def around(self, span: Span, air: float, duration: float) -> Span:
        """A span whose ends cut no word, with a little air, of which none is taken from the words next to it."""
        start = _outward(self.starts, self.ends, span.start, air)
        end = -_outward(-self.ends, -self.starts, -span.end, air)
        return replace(span, start=max(0.0, start), end=min(duration, end))


def spoken(call: CallFolder) -> Spoken | None:
    """What is said when, None for a call that was not heard yet. Remembered until a document changes."""
    return _spoken(call.path, call.stamp())


@lru_cache(maxsize=64)
def _spoken(path: Path, _: str) -> Spoken | None:
    transcript = CallFolder(path).transcript()
    return Spoken.of(transcript) if transcript else None


def _outward(starts: NDArray[np.float64], ends: NDArray[np.float64], time: float, air: float) -> float:
    """A beginning that is in no word, at or before `time`; words of two people may overlap and are gone back over."""
    furthest = time - MOST
    while (inside := (starts < time - CLOSE) & (ends > time + CLOSE)).any():
        earlier = float(np.min(starts[inside]))
        if earlier < furthest:
            return time
        time = earlier
    before = float(np.max(ends[ends <= time + CLOSE], initial=-math.inf))
    return max(time - air, min(time, before))


def _secret(transcript: Transcript) -> Iterator[Stretch]:
    """Where personal data is said. What can't be placed by its words is taken with all of its turn."""
    for one in personal(transcript):
        turn = transcript.turns[one.turn]
        if _timed(turn) and one.start is not None and one.end is not None:
            yield one.start, one.end
        else:
            yield _turn(transcript.turns, one.turn)
    for dropped in transcript.dropped:
        if hide(dropped.text) != dropped.text:
            yield dropped.start, dropped.end


def _timed(turn: Turn) -> bool:
    return bool(turn.words) and " ".join(word.text for word in turn.words) == turn.text


def _turn(turns: tuple[Turn, ...], number: int) -> Stretch:
    """When a turn is said; of one without times, from what stands before it to what follows."""
    turn = turns[number]
    if turn.start is not None and turn.end is not None:
        return turn.start, turn.end
    start = max((one.end for one in turns[:number] if one.end is not None), default=0.0)
    return start, min((one.start for one in turns[number + 1 :] if one.start is not None), default=math.inf)


def _merged(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """In order, with room on both sides, those that nearly touch as one."""
    merged: list[Stretch] = []
    for start, end in sorted((min(times), max(times)) for times in stretches):
        low, high = max(0.0, start - ROOM), end + ROOM
        if merged and low - merged[-1][1] < JOINED:
            low, high = merged[-1][0], max(merged.pop()[1], high)
        merged.append((low, high))
    yield from merged
