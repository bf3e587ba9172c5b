"""A call's waveform as SVG paths: one lane a channel or side, with marks for what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pipeline.records import Analysis, Recording, Transcript

WIDE = 1000  # units of the drawing
LANE = 40  # units high
LANES = 4  # of more, the first are drawn
BARS = 250  # a lane


@dataclass(frozen=True)
class Mark:
    """Something found, drawn above the waveform. Times are seconds, `x` and `width` units of the drawing."""

    kind: str  # moment, step or tag
    name: str
    start: float
    end: float
    x: float
    width: float


class Found(NamedTuple):
    """What there is to mark, and when; seconds."""

    kind: str
    name: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Lane:
    """One lane of sound: who is heard on it, where that is clear, and its outline."""

    speaker: str
    path: str
    y: int


@dataclass(frozen=True)
class Wave:
    """The drawing."""

    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    duration_s: float

    @property
    def height(self) -> int:
        return LANE * max(1, len(self.lanes))


def draw(peaks: Path, recording: Recording, transcript: Transcript | None, analysis: Analysis | None) -> Wave:
    """The waveform of a call; without peaks there are marks alone."""
    duration = max(recording.duration_s, 0.001)
    per_second, channels = _read(peaks)
    if len(channels) == 1:
        channels = _by_side(per_second, channels[0], transcript)
    speakers = _speakers(per_second, channels, transcript)
    lanes = tuple(
        Lane(speaker, _path(_bars(channel, round(duration * per_second)), number * LANE), number * LANE)
        for number, (speaker, channel) in enumerate(zip(speakers, channels, strict=True))
    )
    return Wave(lanes, tuple(_marks(analysis, transcript, duration)), duration)


def _read(peaks: Path) -> tuple[float, list[list[int]]]:
    try:
        found = json.loads(peaks.read_bytes())
        return float(found["per_second"]), [list(channel) for channel in found["channels"][:LANES]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return 1.0, []


def _bars(channel: list[int], expected: int) -> list[float]:
    """The loudest of each stretch, as many as are drawn, 0 to 1 of the loudest of all."""
    size = max(len(channel), expected, 1)
    loudest = max([*channel, 1])
    edges = [round(number * size / BARS) for number in range(BARS + 1)]
    return [max(channel[a : max(b, a + 1)], default=0) / loudest for a, b in pairwise(edges)]


def _path(bars: list[float], top: int) -> str:
    middle, half, step = top + LANE / 2, LANE / 2 - 3, WIDE / BARS
    pieces = []
    for number, bar in enumerate(bars):
        high = max(0.6, bar * half)
        pieces.append(f"M{number * step + step / 2:.1f} {middle - high:.1f}V{middle + high:.1f}")
    return "".join(pieces)


def _by_side(per_second: float, channel: list[int], transcript: Transcript | None) -> list[list[int]]:
    """One channel as two, each loud where its side speaks; as it is where it is not known who speaks when."""
    turns = [turn for turn in transcript.turns if turn.start is not None] if transcript else []
    if {"rep", "customer"} - {turn.speaker for turn in turns}:
        return [channel]
    sides = {"rep": [0] * len(channel), "customer": [0] * len(channel)}
    for turn in turns:
        if turn.speaker in sides and turn.end is not None and turn.start is not None:
            part = slice(int(turn.start * per_second), int(turn.end * per_second) + 1)
            sides[turn.speaker][part] = channel[part]
    return [*sides.values()]


def _speakers(per_second: float, channels: list[list[int]], transcript: Transcript | None) -> list[str]:
    """Who is heard on which channel: the one that is loud while they speak. Unclear stays unknown."""
    if len(channels) < 2 or transcript is None:
        return ["unknown"] * len(channels)
    loud = {"rep": [0.0] * len(channels), "customer": [0.0] * len(channels)}
    for turn in transcript.turns:
        if turn.start is None or turn.end is None or turn.speaker not in loud:
            continue
        a, b = int(turn.start * per_second), int(turn.end * per_second) + 1
        for number, channel in enumerate(channels):
            loud[turn.speaker][number] += sum(channel[a:b])
    rep, customer = loud["rep"], loud["customer"]
    if len(channels) > 2:
        pairs = list(zip(rep, customer, strict=True))
        return [
            "rep" if ours > 1.5 * theirs else "customer" if theirs > 1.5 * ours else "unknown" for ours, theirs in pairs
        ]
    if rep[0] > 1.5 * rep[1] or customer[1] > 1.5 * customer[0]:
        return ["rep", "customer"]
    if rep[1] > 1.5 * rep[0] or customer[0] > 1.5 * customer[1]:
        return ["customer", "rep"]
    return ["unknown", "unknown"]


def _marks(analysis: Analysis | None, transcript: Transcript | None, duration: float) -> Iterator[Mark]:
    """What has a time, as it comes: moments, steps that were heard, and the tags that neither of them stands for."""
    if analysis is None:
        return
    found = [Found("moment", one.tag, one.start, one.end) for one in analysis.moments]
    told = {(turn, one.tag) for one in analysis.moments for turn in one.turns}
    for step in analysis.steps:
        if transcript and step.turn is not None and step.result == "done" and step.turn < len(transcript.turns):
            turn = transcript.turns[step.turn]
            told.add((step.turn, f"step.{step.step}"))
            found.append(Found("step", step.step, turn.start, turn.end))
    tags = [one for one in analysis.shown_tags if (one.turn, one.tag) not in told]
    found += [Found("tag", one.tag, one.start, one.end) for one in tags]
    for one in sorted(set(found), key=lambda one: (one.start or 0.0, one.kind)):
        if one.start is not None:
            x = min(one.start / duration, 1) * WIDE
            end = max(one.start, one.end or 0.0)
            width = (end - one.start) / duration * WIDE if one.kind == "moment" else 0.0
            yield Mark(one.kind, one.name, one.start, end, x, min(width, WIDE - x))
