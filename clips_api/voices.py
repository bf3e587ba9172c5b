"""Whose voice is whose, in words: what a turn is headed with, and what the call page asks when that is open."""

from __future__ import annotations

from dataclasses import dataclass

from clips_api.spans import clip_id
from pipeline.records import About, Speaker, Transcript, Turn

SIDES: dict[Speaker, str] = {"rep": "Rep", "customer": "Customer", "unknown": "Not clear who"}


@dataclass(frozen=True)
class Voice:
    """One voice as the call page shows it. Times are seconds, `clip` the id under which its sample can be heard."""

    number: int
    name: str
    speaker: Speaker
    start: float
    end: float
    quote: str
    clip: str | None


def asks(transcript: Transcript | None) -> bool:
    """Whether a person has to say which voice is whose."""
    speakers = transcript.speakers if transcript else None
    return speakers is not None and not speakers.sure and bool(speakers.voices)


def sides(about: About | None) -> dict[Speaker, str]:
    """What the two sides of a call are called."""
    return SIDES | {"rep": (about and about.rep) or SIDES["rep"], "customer": (about and about.customer) or "Customer"}


def name(turn: Turn, transcript: Transcript, about: About | None) -> str:
    """Who says a turn: the voice's own name where it speaks for that side, the side's, or the voice's number."""
    voices = transcript.speakers.voices if transcript.speakers else ()
    voice = next((voice for voice in voices if voice.voice == turn.voice), None)
    if voice and voice.name and voice.speaker == turn.speaker:
        return voice.name
    if voice and len(voices) > 1 and turn.speaker == voice.speaker == "unknown":
        return f"Voice {voices.index(voice) + 1}"
    return sides(about)[turn.speaker] if turn.speaker != "unknown" or voices else "Speaker"


def voices(recording_id: str, transcript: Transcript | None, about: About | None) -> list[Voice]:
    """The voices of a call, each with a stretch worth playing to somebody who has to say whose it is."""
    found = transcript.speakers.voices if transcript and transcript.speakers else ()
    called = sides(about)
    return [
        Voice(
            voice.voice,
            voice.name or (f"Voice {place}" if voice.speaker == "unknown" else called[voice.speaker]),
            voice.speaker,
            voice.start,
            voice.end,
            voice.quote,
            clip_id(recording_id, voice.start, voice.end, 0) if voice.end > voice.start else None,
        )
        for place, voice in enumerate(found, 1)
    ]
