"""What is said as captions: short cues with the speaker's name, as WebVTT or for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fastapi.responses import PlainTextResponse

from clips_api.spans import Span, words_within
from clips_api.voices import name
from pipeline.records import About, Transcript, Turn, Word

LONGEST = 7.0  # seconds a cue stays
WIDEST = 84  # characters of a cue: two lines


class VttResponse(PlainTextResponse):
    """Captions as a file."""

    media_type = "text/vtt"


@dataclass(frozen=True)
class Cue:
    """A few words, who says them, and when; seconds."""

    start: float
    end: float
    who: str
    text: str


def vtt(transcript: Transcript, about: About | None = None) -> str:
    """The whole transcript as WebVTT."""
    return as_vtt(cues(transcript, about))


def as_vtt(some: Iterable[Cue]) -> str:
    """Cues as WebVTT."""
    told = [f"{_time(cue.start)} --> {_time(cue.end)}\n<v {_plain(cue.who)}>{_plain(cue.text)}</v>" for cue in some]
    return "\n\n".join(["WEBVTT", *told]) + "\n"


def cues(transcript: Transcript, about: About | None = None) -> Iterator[Cue]:
    """The whole transcript. Turns without times are left out: a caption needs one."""
    for turn in transcript.turns:
        who = name(turn, transcript, about)
        for start, end, text in _split(turn):
            yield Cue(start, end, who, text)


def within(transcript: Transcript, span: Span, about: About | None = None) -> Iterator[Cue]:
    """What is said inside a span, in the order in which it begins; times from the span's start."""
    said = [
        turn.model_copy(update={"words": tuple(word for word in turn.words if span.holds(word.start, word.end))})
        for turn in transcript.turns
        if words_within(turn, span)
    ]
    length = span.end - span.start
    for cue in sorted(cues(transcript.model_copy(update={"turns": tuple(said)}), about), key=lambda cue: cue.start):
        start, end = max(0.0, cue.start - span.start), min(length, cue.end - span.start)
        if start < end:
            yield replace(cue, start=start, end=end)


def _split(turn: Turn) -> Iterator[tuple[float, float, str]]:
    if not turn.words:
        if turn.start is not None and turn.end is not None and turn.end > turn.start:
            yield turn.start, turn.end, turn.text
        return
    some: list[Word] = []
    for word in turn.words:
        text = " ".join(kept.text for kept in [*some, word])
        so_far = text.removesuffix(word.text).rstrip()
        ended = len(so_far) > WIDEST / 2 and so_far.endswith((".", "?", "!"))
        if some and (ended or len(text) > WIDEST or word.end - some[0].start > LONGEST):
            yield some[0].start, max(some[-1].end, some[0].start + 0.1), " ".join(kept.text for kept in some)
            some = []
        some.append(word)
    yield some[0].start, max(some[-1].end, some[0].start + 0.1), " ".join(kept.text for kept in some)


def _time(seconds: float) -> str:
    total = max(0, round(seconds * 1000))
    hours, rest = divmod(total, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def _plain(text: str) -> str:
    """Text that WebVTT can't take for markup; a line with an arrow would be a new cue."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(escaped.split())
