"""A transcript as WebVTT: short cues with the speaker's name."""

from __future__ import annotations

from collections.abc import Iterator

from clips_api.voices import name
from pipeline.records import Recording, Transcript, Turn, Word

LONGEST = 7.0  # seconds a cue stays
WIDEST = 84  # characters of a cue: two lines


def vtt(transcript: Transcript, recording: Recording | None = None) -> str:
    """The whole transcript. Turns without times are left out: a caption needs one."""
    cues = ["WEBVTT"]
    for turn in transcript.turns:
        who = _plain(name(turn, transcript, recording))
        for start, end, text in _cues(turn):
            cues.append(f"{_time(start)} --> {_time(end)}\n<v {who}>{_plain(text)}</v>")
    return "\n\n".join(cues) + "\n"


def _cues(turn: Turn) -> Iterator[tuple[float, float, str]]:
    if not turn.words:
        if turn.start is not None and turn.end is not None and turn.end > turn.start:
            yield turn.start, turn.end, turn.text
        return
    some: list[Word] = []
    for word in turn.words:
        text = " ".join(kept.text for kept in [*some, word])
        if some and (len(text) > WIDEST or word.end - some[0].start > LONGEST):
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
