"""Where somebody speaks on a lane, by Silero's voice detection (the model comes with faster-whisper).

Its probabilities are far more telling on telephone lines than the usual threshold of 0.5 lets on: on the calls this was
tried on, real words went down to 0.25 and noise, hum, ringing and keypad tones never stayed above it. What music gives
are single frames, so a stretch has to gather some evidence before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from faster_whisper.vad import get_vad_model
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE = 16_000  # samples a second
SAMPLE = 2  # bytes of one
FRAME = 512  # samples a probability stands for
FRAMES_A_SECOND = RATE / FRAME
PIECE = 1_000  # frames looked at together: 32 s
LOUD_DB = -20.0  # the level that the louder parts of a lane are brought to
GAINS = (0.5, 10.0)
CONTEXT = 64  # samples before each frame that the model sees too


class Samples(Protocol):
    """A lane's samples, int16: an array, or what reads parts of one."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> NDArray[np.int16]: ...


class LaneFile:
    """A decoded lane (see audio.Decoded) that stays on the disk: parts are in memory while they are looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = path.stat().st_size // SAMPLE

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice, /) -> NDArray[np.int16]:
        first, last, _ = part.indices(self._length)
        return np.fromfile(self._path, np.int16, max(0, last - first), offset=first * SAMPLE)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech from `onset` to `offset`, and with the air around it that is heard too; in samples."""

    start: int
    onset: int
    offset: int
    end: int
    faint: bool = False  # the voice model was not sure, but it stands out from a quiet line


@dataclass(frozen=True, slots=True)
class Listening:
    """How readily a sound is taken for speech: probabilities of voice, seconds, decibels."""

    hint: float = 0.1  # frames (32 ms each) from here on may belong to speech
    voice: float = 0.3  # and from here on speak for it
    evidence: float = 0.9  # sum of the latter that makes a stretch speech
    faint: float = 0.35  # sum of the hints that is enough where the stretch stands out from a quiet line
    contrast_db: float = 30.0  # above the lane's usual level
    pause_s: float = 0.3  # a shorter silence does not end a stretch
    before_s: float = 0.3  # kept around a stretch, so that no consonant is cut off
    after_s: float = 0.3


def levels(samples: Samples) -> NDArray[np.float32]:
    """The root mean square of each frame, in decibels of full scale."""
    found = []
    for first in range(0, len(samples), PIECE * FRAME):
        piece = samples[first : first + PIECE * FRAME].astype(np.float32) / np.float32(32768)
        piece = np.pad(piece, (0, -len(piece) % FRAME)).reshape(-1, FRAME)
        found.append(10 * np.log10(np.mean(np.square(piece), axis=1) + 1e-10))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def probabilities(samples: Samples, gain: float = 1.0) -> NDArray[np.float32]:
    """Of each frame, how likely a voice is heard in it. Takes three hours in little memory.

    The model's own wrapper wants all sound at once; here its memory is carried from piece to piece.
    """
    session = get_vad_model().session
    memory = {name: np.zeros((1, 1, 128), np.float32) for name in ("h", "c")}
    before = np.zeros(CONTEXT, np.float32)
    found = []
    louder = np.float32(gain / 32768)
    for first in range(0, len(samples), PIECE * FRAME):
        piece = np.clip(samples[first : first + PIECE * FRAME].astype(np.float32) * louder, -1, 1)
        piece = np.concatenate([before, np.pad(piece, (0, -len(piece) % FRAME))])
        frames = sliding_window_view(piece, CONTEXT + FRAME)[::FRAME]
        likely, memory["h"], memory["c"] = session.run(None, {"input": np.ascontiguousarray(frames), **memory})
        found.append(np.ravel(likely))
        before = piece[-CONTEXT:]
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def stretches(samples: Samples, how: Listening = Listening()) -> tuple[Stretch, ...]:
    """The stretches of speech on a lane in order, none overlapping another."""
    if not len(samples):
        return ()
    level = levels(samples)
    gain = float(np.clip(10 ** ((LOUD_DB - np.percentile(level, 95)) / 20), *GAINS))
    likely = probabilities(samples, gain)
    usual = float(np.median(level))
    kept: list[tuple[int, int, bool]] = []
    for begin, end in _runs(likely >= how.hint, round(how.pause_s * FRAMES_A_SECOND)):
        here = likely[begin:end]
        if here[here >= how.voice].sum() >= how.evidence:
            kept.append((begin, end, False))
        elif here[here >= how.hint].sum() >= how.faint and np.max(level[begin:end]) - usual >= how.contrast_db:
            kept.append((begin, end, True))
    return _padded(kept, len(samples), how)


def _runs(marked: NDArray[np.bool_], pause: int) -> list[tuple[int, int]]:
    """First and one past the last of each run of marked frames; a gap of up to `pause` frames does not end one."""
    where = np.flatnonzero(marked)
    if not len(where):
        return []
    breaks = np.flatnonzero(np.diff(where) > pause + 1)
    begins = where[np.concatenate([[0], breaks + 1])]
    ends = where[np.concatenate([breaks, [len(where) - 1]])] + 1
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]


def _padded(found: list[tuple[int, int, bool]], length: int, how: Listening) -> tuple[Stretch, ...]:
    """With air around; two stretches share the silence between them where it is short."""
    before, after = round(how.before_s * RATE), round(how.after_s * RATE)
    spans = [(begin * FRAME, min(end * FRAME, length), faint) for begin, end, faint in found]
    made = []
    for number, (onset, offset, faint) in enumerate(spans):
        start, end = max(0, onset - before), min(length, offset + after)
        if number:
            start = max(start, _shared(spans[number - 1][1], onset, before, after))
        if number + 1 < len(spans):
            end = min(end, _shared(offset, spans[number + 1][0], before, after))
        made.append(Stretch(start, onset, offset, end, faint))
    return tuple(made)


def _shared(offset: int, onset: int, before: int, after: int) -> int:
    """Where one stretch's air ends and the next one's begins, if their silence is too short for both."""
    return offset + (onset - offset) * after // (before + after)
