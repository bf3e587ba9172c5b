"""A transcript as the call page shows it: turns cut into stretches that are plain, tagged or uncertain."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from clips_api.voices import name
from nlp.findings import Moment, Tag
from pipeline.records import About, Analysis, Transcript, Turn

UNSURE = 0.5  # a word below this probability is shaded


@dataclass(frozen=True)
class Stretch:
    """A piece of a turn's text, and what there is to say of it."""

    text: str
    tags: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Line:
    """One turn. `times` are the starts of its words in hundredths of a second, for following and seeking."""

    number: int
    turn: Turn
    who: str
    stretches: tuple[Stretch, ...]
    times: str
    moment: Moment | None = None  # the moment that starts here
    inside: bool = False  # within a moment


def lines(transcript: Transcript, analysis: Analysis | None, about: About | None) -> list[Line]:
    """Every turn of a transcript."""
    tags: defaultdict[int, list[Tag]] = defaultdict(list)
    for tag in analysis.tags if analysis else ():
        tags[tag.turn].append(tag)
    starts = {min(moment.turns): moment for moment in analysis.moments if moment.turns} if analysis else {}
    inside = {number for moment in analysis.moments for number in moment.turns} if analysis else set()
    return [
        Line(
            number,
            turn,
            name(turn, transcript, about),
            tuple(_cut(turn, tags[number])),
            _times(turn),
            starts.get(number),
            number in inside,
        )
        for number, turn in enumerate(transcript.turns)
    ]


def _cut(turn: Turn, tags: list[Tag]) -> list[Stretch]:
    size = len(turn.text)
    unsure = _unsure(turn)
    spans = [(tag.start_char, min(tag.end_char, size)) for tag in tags]
    edges = sorted({0, size, *(edge for span in [*spans, *unsure] for edge in span)})
    found = []
    for start, end in pairwise(edges):
        here = tuple(tag.tag for tag, (first, last) in zip(tags, spans, strict=True) if first <= start and end <= last)
        found.append(Stretch(turn.text[start:end], here, any(first <= start and end <= last for first, last in unsure)))
    return found


def _unsure(turn: Turn) -> list[tuple[int, int]]:
    if not _aligned(turn):
        return []
    spans, at = [], 0
    for word in turn.words:
        if word.probability is not None and word.probability < UNSURE:
            spans.append((at, at + len(word.text)))
        at += len(word.text) + 1
    return spans


def _times(turn: Turn) -> str:
    return " ".join(str(round(word.start * 100)) for word in turn.words) if _aligned(turn) else ""


def _aligned(turn: Turn) -> bool:
    return bool(turn.words) and turn.text == " ".join(word.text for word in turn.words)
