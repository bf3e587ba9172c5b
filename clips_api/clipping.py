"""One clip as it is handed out: cut between words, muted, faded, as a file; and its captions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from clips_api import captions, cutting, documents, encoding
from clips_api.captions import Cue
from clips_api.problems import NotNow
from clips_api.sound import Sound
from clips_api.spans import Span
from clips_api.spoken import Spoken, spoken
from pipeline.errors import BadInput, NotFound
from pipeline.folder import CallFolder
from pipeline.library import Library
from pipeline.records import About

Format = Literal["wav", "opus"]
AIR = 0.15  # seconds of sound around the words
FADE = 0.015  # seconds at each end
TYPES: dict[Format, str] = {"wav": "audio/wav", "opus": "audio/ogg"}
ENDINGS: dict[Format, str] = {"wav": ".wav", "opus": ".opus"}


@dataclass(frozen=True)
class Clipping:
    """A span of a call between words. `span` is what is cut: the clip's own, moved out to whole words and some air."""

    call: CallFolder
    span: Span
    muted: bool

    @property
    def seconds(self) -> float:
        return self.span.end - self.span.start

    def sound(self, form: Format, fade: float = FADE) -> bytes:
        """Its sound as a file. Raises Unreadable for a recording that is damaged there."""
        if form == "opus":  # players ask for it piece by piece, and encoding is dear
            return _opus(self.call.path, self.call.stamp(), self.span, self.muted, fade)
        return encoding.wav(_sound(self.call, self.span, self.muted, fade))

    def cues(self, *, mask: bool = True, names: bool = True) -> list[Cue]:
        """What is said, times from its start. Without `names` people are called by their side only."""
        found = documents.read(self.call, mask=mask)
        transcript = found.transcript
        if transcript is None:
            raise NotFound(f"transcript of call {self.call.id}")
        about: About | None = found.recording
        if not names:
            transcript, about = transcript.model_copy(update={"speakers": None}), None
        return list(captions.within(transcript, self.span, about))


def clipping(library: Library, clip_id: str, *, muted: bool, air: float = AIR) -> Clipping:
    """The clip of this id, ready to be cut.

    Raises NotFound for what is no clip; BadInput for one too long; NotNow where it is to be muted and nobody knows yet
    what is said.
    """
    span = Span.parse(clip_id)
    call = library.call(span.recording_id)
    recording = documents.described(call)
    if recording is None:
        raise NotFound(f"sound of call {span.recording_id}")
    span = span.within(recording)
    if span.end - span.start > cutting.LONGEST:
        raise BadInput(f"a clip is at most {cutting.LONGEST:.0f} s long")
    words = _words(call) if muted else spoken(call)
    whole = words.around(span, air, recording.duration_s) if words else span
    return Clipping(call, whole, muted)


def _words(call: CallFolder) -> Spoken:
    words = spoken(call)
    if words is None:
        raise NotNow("what is said in it is not known yet, so personal data can't be muted")
    return words


def _sound(call: CallFolder, span: Span, muted: bool, fade: float) -> Sound:  # noqa: FBT001
    sound = cutting.cut(cutting.source(call), span)
    if muted:
        sound = sound.muted(_words(call).secret, round(span.start * sound.rate))
    return sound.faded(fade)


@lru_cache(maxsize=16)
def _opus(path: Path, _: str, span: Span, muted: bool, fade: float) -> bytes:  # noqa: FBT001
    return encoding.opus(_sound(CallFolder(path), span, muted, fade))
