"""What people said of a call's voices and of single stretches of it, as corrections keep it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard, get_args

from pipeline.records import Correction, Speaker, Voice, Word

_SPAN = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds from the start of the recording, whose they are, and the voices that this concerns."""

    start: float
    end: float
    speaker: Speaker
    voices: frozenset[int]

    def holds(self, voice: int, word: Word) -> bool:
        """Whether the middle of this voice's word lies in the stretch."""
        return voice in self.voices and self.start <= (word.start + word.end) / 2 <= self.end


def of_voices(corrections: Sequence[Correction]) -> dict[int, Speaker]:
    """Each voice's side as somebody said, the latest answer for each."""
    found: dict[int, Speaker] = {}
    for correction in corrections:
        for voice, side in _mapping(correction, "speakers").items():
            if voice.isdecimal() and _is_side(side):
                found[int(voice)] = side
    return found


def of_stretches(corrections: Sequence[Correction], voices: Sequence[Voice]) -> tuple[Stretch, ...]:
    """The stretches that somebody gave to a side, the latest first."""
    said: dict[str, Speaker] = {}
    for correction in corrections:
        for span, side in _mapping(correction, "turns").items():
            if _is_side(side):
                said.pop(span, None)
                said[span] = side
    found = []
    for span, side in reversed(said.items()):
        match = _SPAN.fullmatch(span)
        if match:
            start, end = float(match[1]), float(match[2])
            found.append(Stretch(start, end, side, _meant(start, end, voices)))
    return tuple(found)


def _mapping(correction: Correction, key: str) -> dict[str, object]:
    value = correction.set.get(key)
    return value if isinstance(value, dict) else {}


def _is_side(value: object) -> TypeGuard[Speaker]:
    return value in get_args(Speaker)


def _meant(start: float, end: float, voices: Sequence[Voice]) -> frozenset[int]:
    """The voices of the lane whose words begin and end nearest to the stretch.

    A stretch is a turn that somebody saw, and a turn is of one lane; what another lane's voice says meanwhile stays.
    """
    misses: dict[object, float] = {}
    lanes = [voice.lane if voice.lane is not None else f"voice {number}" for number, voice in enumerate(voices)]
    for lane in set(lanes):
        inside = [
            word
            for voice, its_lane in zip(voices, lanes, strict=True)
            if its_lane == lane
            for word in voice.words
            if start <= (word.start + word.end) / 2 <= end
        ]
        if inside:
            first, last = min(word.start for word in inside), max(word.end for word in inside)
            misses[lane] = abs(first - start) + abs(last - end)
    nearest = min(misses.values(), default=0.0)
    return frozenset(number for number, lane in enumerate(lanes) if misses.get(lane) == nearest)
