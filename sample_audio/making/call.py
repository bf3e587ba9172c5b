"""A call put together: its turns laid on the timeline, its two ends as the line carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from making.script import SPEAKERS, Line, Script
from making.signals import (
    NOISES,
    TELEPHONE_BAND,
    TELEPHONE_RATE,
    WORK_RATE,
    Audio,
    background,
    band_pass,
    decibels,
    mu_law_round_trip,
    resample,
    tone,
)
from making.voices import Studio


@dataclass(frozen=True)
class Turn:
    """A line that has been spoken and has its place; seconds from the start of the recording."""

    line: Line
    audio: Audio
    start: float

    @property
    def end(self) -> float:
        """When the last sound of the turn ends."""
        return self.start + len(self.audio) / WORK_RATE


def start_of(line: Line, free: float, before: Turn | None, rng: np.random.Generator) -> float:
    """When a line starts, given when the floor is free."""
    if line.during is not None and before is not None:
        return before.start + line.during * (before.end - before.start)
    if line.overlap is not None:
        return free - line.overlap
    if line.pause is not None:
        return free + line.pause
    return free + float(rng.uniform(0.2, 0.45) if len(line.text.split()) <= 3 else rng.uniform(0.3, 0.9))


def perform(script: Script, rng: np.random.Generator) -> list[Turn]:
    """Speak every line and lay it on the timeline, on the sample grid of the telephone."""
    studio = Studio(script.seed)
    turns: list[Turn] = []
    free = float(rng.uniform(0.3, 1.0))
    for line in script.lines:
        audio = studio.speak(script.people[line.speaker], line.text)
        start = start_of(line, free, turns[-1] if turns else None, rng)
        turns.append(Turn(line, audio, round(start * TELEPHONE_RATE) / TELEPHONE_RATE))
        free = max(free, turns[-1].end + line.tone)
    return turns


def channel(script: Script, speaker: str, turns: Sequence[Turn], length: int, rng: np.random.Generator) -> Audio:
    """One end of the line: that person's turns and background, with a level of its own, as the line carries it."""
    audio = np.zeros(length, dtype=np.float32)
    for turn in turns:
        if turn.line.speaker != speaker:
            continue
        sound = np.concatenate([turn.audio, tone(turn.line.tone)])
        at = round(turn.start * WORK_RATE)
        audio[at : at + len(sound)] += sound[: length - at]
    audio *= np.float32(decibels(rng.uniform(-3, 2)))
    audio += background(NOISES[script.recording.noise[speaker]], length, rng)
    if script.recording.line == "telephone":
        audio = resample(band_pass(audio, WORK_RATE, *TELEPHONE_BAND), WORK_RATE, TELEPHONE_RATE)
        return mu_law_round_trip(np.clip(audio, -1, 1))
    return band_pass(audio, WORK_RATE, 60, 7200)


def mix_down(script: Script, turns: Sequence[Turn], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The recording's samples, (channels, n): the rep first where there are two."""
    seconds = turns[-1].end + (0 if script.recording.cut_off else 0.8)
    length = 2 * int(seconds * TELEPHONE_RATE)
    ends = np.stack([channel(script, speaker, turns, length, rng) for speaker in SPEAKERS])
    samples = ends if script.recording.layout == "two_channel" else ends.sum(axis=0, keepdims=True)
    peak = float(np.abs(samples).max())
    return (samples * min(1.0, 0.9 / peak)).astype(np.float32)
