"""Clip ids: `<recording_id>-<start_ms>-<end_ms>`. Any valid span resolves; it outlives re-analysis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from pipeline.errors import NotFound
from pipeline.records import Recording, Transcript, Turn

_ID = re.compile(r"([0-9a-f]{16})-([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
_SLACK = 0.25  # seconds by which a span may pass the end that the file's header claims


@dataclass(frozen=True)
class Span:
    """A stretch of one recording, seconds from its start."""

    recording_id: str
    start: float
    end: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a clip id. Raises NotFound for what is none."""
        match = _ID.fullmatch(text)
        if match is None or int(match[2]) >= int(match[3]):
            raise NotFound(f"clip {text[:80]}")
        return cls(match[1], int(match[2]) / 1000, int(match[3]) / 1000)

    def within(self, recording: Recording) -> Self:
        """This span, ending where the recording does. Raises NotFound where it lies outside."""
        if self.start >= recording.duration_s or self.end > recording.duration_s + _SLACK:
            raise NotFound(f"the call ends at {recording.duration_s:.3f} s")
        return type(self)(self.recording_id, self.start, min(self.end, recording.duration_s))

    def holds(self, start: float, end: float) -> bool:
        """Whether a word is inside: its middle is."""
        return self.start <= (start + end) / 2 < self.end


def clip_id(recording_id: str, start: float | None, end: float | None, turn: int) -> str:
    """The id of a span; where a transcript has no times, a turn is named instead and only its words can be had."""
    if start is None or end is None or end <= start:
        return f"{recording_id}-turn{turn}"
    return f"{recording_id}-{max(0, round(start * 1000))}-{round(end * 1000)}"


def words_within(turn: Turn, span: Span) -> str:
    """What of a turn is said inside a span: its words with times, else the whole turn where they overlap."""
    if turn.start is None or turn.end is None or turn.end <= span.start or turn.start >= span.end:
        return ""
    if not turn.words:
        return turn.text
    return " ".join(word.text for word in turn.words if span.holds(word.start, word.end))


def turns_within(transcript: Transcript, span: Span) -> list[tuple[int, str]]:
    """The turns of which something is said inside a span, by number, with those words."""
    found = ((number, words_within(turn, span)) for number, turn in enumerate(transcript.turns))
    return [(number, text) for number, text in found if text]
