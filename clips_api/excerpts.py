"""The part of a call that a question plays: what is heard at once, and what is kept back until it was answered.

Its words are kept with the question, because a published quiz never changes; its sound is cut when it is played, always
muted, and people are called by their side only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clips_api.captions import Cue
from clips_api.clipping import Clipping, Format, clipping
from clips_api.deps import Parts
from clips_api.spans import Span
from pipeline.errors import BadInput
from pipeline.library import Library

Part = Literal["heard", "rest"]
SHORTEST = 0.5  # seconds of each part


class Line(BaseModel):
    """A caption: seconds from the start of what is played."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: float
    end: float
    who: str
    text: str

    @classmethod
    def of(cls, cue: Cue) -> Line:
        return cls(start=round(cue.start, 3), end=round(cue.end, 3), who=cue.who, text=cue.text)


class Excerpt(BaseModel):
    """A clip of a question. `until`: where it stops at first, seconds from the start of the call; None: nowhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip_id: str = Field(max_length=40, pattern=r"^[0-9a-z-]+$")
    start: float = 0.0  # of what is played; this and the words are filled in here, whatever is sent
    end: float = 0.0
    until: float | None = None
    heard: tuple[Line, ...] = ()
    rest: tuple[Line, ...] = ()
    gone: bool = False  # the call was deleted, its words too

    @property
    def recording_id(self) -> str:
        return self.clip_id[:16]

    @property
    def stops(self) -> bool:
        """Whether it goes on once the question was answered."""
        return self.until is not None

    @property
    def seconds(self) -> float:
        return (self.until or self.end) - self.start

    @property
    def rest_seconds(self) -> float | None:
        return None if self.until is None else self.end - self.until

    def forgotten(self) -> Excerpt:
        """The same without a word of the call."""
        return self.model_copy(update={"heard": (), "rest": (), "gone": True})


def excerpt(parts: Parts, clip_id: str, until: float | None = None) -> Excerpt:
    """A clip with its words as they are today. Raises what clipping raises, and BadInput where it can't stop there."""
    whole = clipping(parts.library, clip_id, muted=True)
    start, end = round(whole.span.start, 3), round(whole.span.end, 3)
    if until is not None and not start + SHORTEST <= until <= end - SHORTEST:
        raise BadInput(f"it can stop between {start + SHORTEST:.1f} and {end - SHORTEST:.1f} s")
    made = Excerpt(clip_id=clip_id, start=start, end=end, until=until)
    rest = _lines(_cut(whole, made, "rest").cues(names=False)) if until is not None else ()
    return made.model_copy(update={"heard": _lines(_cut(whole, made, "heard").cues(names=False)), "rest": rest})


def sound(library: Library, made: Excerpt, part: Part, form: Format) -> bytes:
    """What is heard of it, as a file; nothing of one part is in the other. Raises what clipping raises."""
    return _cut(clipping(library, made.clip_id, muted=True), made, part).sound(form)


def _cut(whole: Clipping, made: Excerpt, part: Part) -> Clipping:
    """Exactly what the excerpt says, whatever words are known today."""
    until = made.end if made.until is None else made.until
    start, end = (made.start, until) if part == "heard" else (until, made.end)
    return replace(whole, span=Span(whole.span.recording_id, start, end))


def _lines(cues: Iterable[Cue]) -> tuple[Line, ...]:
    return tuple(Line.of(cue) for cue in cues)
