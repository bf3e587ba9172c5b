"""Words heard twice because one side's voice comes through the other side's channel as well, only fainter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.doubt import bare
from pipeline.records import Word
from pipeline.runs import runs
from pipeline.speech import RATE, Samples

TOGETHER_S = 0.5  # the same word at most this far apart is the same sound
FAINTER_DB = 6.0  # an echo is at least this much fainter than the voice itself
PAUSE_S = 0.5  # words without such a pause between them are judged together
MOSTLY = 0.6  # of a run's words the other channel must have too
COINCIDENCE = 3  # words ("okay, bye bye") that both may say at once: so few are an echo only if they sound the same
ALIKE = 0.3  # correlation of an echo with its voice: 0.27 to 0.8 in an echoing room, of two voices at most 0.28


def of(lane: int, lanes: Sequence[Sequence[Word]], samples: Sequence[Samples]) -> set[int]:
    """The numbers of a lane's words that are echoes of another lane's. `lanes`: each lane's words in order."""
    words, found = lanes[lane], set[int]()
    for other in range(len(lanes)):
        if other == lane or not lanes[other]:
            continue
        starts = np.array([word.start for word in lanes[other]])
        for run in runs(words, PAUSE_S):
            twins = sum(_twin(words[number], lanes[other], starts) for number in run)
            if twins >= MOSTLY * len(run):
                here, there = (_cut(samples[which], words[run[0]].start, words[run[-1]].end) for which in (lane, other))
                fainter = _level(here) < _level(there) - FAINTER_DB
                if fainter and (len(run) > COINCIDENCE or _alike(here, there) > ALIKE):
                    found.update(run)
    return found


def _twin(word: Word, others: Sequence[Word], starts: NDArray[np.float64]) -> bool:
    first, last = np.searchsorted(starts, [word.start - TOGETHER_S, word.start + TOGETHER_S])
    return any(bare(other.text) == bare(word.text) for other in others[first:last])


def _cut(samples: Samples, start: float, end: float) -> NDArray[np.float32]:
    """A stretch given in seconds."""
    return samples[int(start * RATE) : int(end * RATE) + 1].astype(np.float32)


def _level(part: NDArray[np.float32]) -> float:
    """In decibels."""
    return float(10 * np.log10(np.mean(np.square(part)) + 1e-3)) if len(part) else -30.0


def _alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The greatest correlation (0 to 1) of two sounds of one length, wherever they are moved against each other."""
    spectra = [np.fft.rfft(part - part.mean(), 2 * len(part)) for part in (one, other)]
    moved = np.abs(np.fft.irfft(spectra[0] * np.conj(spectra[1]), 2 * len(one)))
    return float(moved.max() / np.sqrt(one.var() * other.var() * len(one) ** 2 + 1.0))
