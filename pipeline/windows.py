"""Windows of speech for the recogniser: stretches of one lane, packed up to half a minute, long silences shortened.

A window costs the model the same however full it is, so they are filled; a silence inside one is kept up to a length,
because it tells the model where a sentence ends. What is left out is remembered, so that times come out right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.speech import RATE, Samples, Stretch

LONGEST_S = 28.0  # of the model's thirty, so that its last word is never cut off
SILENCE_S = 0.3  # of a silence inside a window at most, besides the air around each stretch


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples [start, end) of a lane that lie at `at` in the window, with speech from `onset` to `offset`."""

    start: int
    onset: int
    offset: int
    end: int
    at: int
    faint: bool = False

    @property
    def speech_s(self) -> float:
        """How long somebody speaks in it, in seconds."""
        return (self.offset - self.onset) / RATE

    def alone(self) -> Stretch:
        """The stretch it was made of."""
        return Stretch(self.start, self.onset, self.offset, self.end, self.faint)


@dataclass(frozen=True, slots=True)
class Window:
    """What the recogniser hears at once. Its pieces lie one after the other without a gap."""

    pieces: tuple[Piece, ...]

    @property
    def length(self) -> int:
        """In samples."""
        last = self.pieces[-1]
        return last.at + last.end - last.start

    def sound(self, lane: Samples) -> NDArray[np.float32]:
        """The window's samples between -1 and 1, shape (length,)."""
        joined = np.concatenate([lane[piece.start : piece.end] for piece in self.pieces])
        return joined.astype(np.float32) / np.float32(32768)

    def piece(self, seconds: float) -> int:
        """The number of the piece in which a time of the window lies."""
        at = seconds * RATE
        return next((number for number, piece in reversed([*enumerate(self.pieces)]) if piece.at <= at), 0)


def windows(
    stretches: Sequence[Stretch], *, longest_s: float = LONGEST_S, silence_s: float = SILENCE_S
) -> tuple[Window, ...]:
    """Pack a lane's stretches, in order, into as few windows as hold them."""
    longest, silence = round(longest_s * RATE), round(silence_s * RATE)
    made: list[Window] = []
    pieces: list[Piece] = []
    for stretch in (part for whole in stretches for part in _parts(whole, longest)):
        air = min(silence, stretch.start - pieces[-1].end) if pieces else 0
        if pieces and _end(pieces) + air + stretch.end - stretch.start > longest:
            made.append(Window(tuple(pieces)))
            pieces, air = [], 0
        if air:  # half of it stays with each neighbour
            pieces[-1] = replace(pieces[-1], end=pieces[-1].end + air // 2)
        start = stretch.start - (air - air // 2)
        at = _end(pieces) if pieces else 0
        pieces.append(Piece(start, stretch.onset, stretch.offset, stretch.end, at, stretch.faint))
    if pieces:
        made.append(Window(tuple(pieces)))
    return tuple(made)


def _end(pieces: Sequence[Piece]) -> int:
    return pieces[-1].at + pieces[-1].end - pieces[-1].start


def _parts(stretch: Stretch, longest: int) -> list[Stretch]:
    """A stretch that is longer than a window, cut into equal parts."""
    length = stretch.end - stretch.start
    count = -(-length // longest)
    edges = [stretch.start + length * part // count for part in range(count + 1)]
    return [
        Stretch(begin, max(begin, stretch.onset), min(end, stretch.offset), end, stretch.faint)
        for begin, end in pairwise(edges)
    ]
