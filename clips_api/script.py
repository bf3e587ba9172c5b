"""A transcript as the call page shows it: turns cut into stretches that are plain, tagged, uncertain or masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from clips_api.masking import KINDS, MARK
from clips_api.suggestions import Offer
from clips_api.voices import name
from nlp.findings import Moment, PersonalData, Tag
from pipeline.records import About, Analysis, Transcript, Turn

UNSURE = 0.5  # a word below this probability is shaded
PAUSE = 0.3  # seconds after a word from which its end is told, too


@dataclass(frozen=True)
class Stretch:
    """A piece of a turn's text, and what there is to say of it."""

    text: str
    tags: tuple[str, ...] = ()
    unsure: bool = False
    suggested: tuple[str, ...] = ()
    masked: str | None = None  # what is hidden here, in words


@dataclass(frozen=True)
class Line:
    """One turn, with the times of its words: see `_times`."""

    number: int
    turn: Turn
    who: str
    stretches: tuple[Stretch, ...]
    times: str
    moment: Moment | None = None  # the moment that starts here
    inside: bool = False  # within a moment

    @property
    def doubted(self) -> bool:
        """Whether a word of it is uncertain."""
        return any(stretch.unsure for stretch in self.stretches)


def lines(
    transcript: Transcript, analysis: Analysis | None, about: About | None, offers: Iterable[Offer] = ()
) -> list[Line]:
    """Every turn of a transcript; `offers` are the suggestions that are marked in it."""
    tags: defaultdict[int, list[Tag]] = defaultdict(list)
    for tag in analysis.shown_tags if analysis else ():
        tags[tag.turn].append(tag)
    offered: defaultdict[int, list[Offer]] = defaultdict(list)
    for offer in offers:
        offered[offer.turn].append(offer)
    hidden: defaultdict[int, list[PersonalData]] = defaultdict(list)
    for one in analysis.pii if analysis else ():
        hidden[one.turn].append(one)
    starts = {min(moment.turns): moment for moment in analysis.moments if moment.turns} if analysis else {}
    inside = {number for moment in analysis.moments for number in moment.turns} if analysis else set()
    return [
        Line(
            number,
            turn,
            name(turn, transcript, about),
            tuple(_cut(turn, tags[number], offered[number], hidden[number])),
            _times(turn),
            starts.get(number),
            number in inside,
        )
        for number, turn in enumerate(transcript.turns)
    ]


def _cut(turn: Turn, tags: list[Tag], offers: list[Offer], hidden: list[PersonalData]) -> list[Stretch]:
    size = len(turn.text)
    unsure = _unsure(turn)
    spans = [(tag.start_char, min(tag.end_char, size)) for tag in tags]
    wider = [(offer.start_char, min(offer.end_char, size)) for offer in offers]
    hidden = [one for one in hidden if MARK in turn.text[one.start_char : one.end_char]]
    secret = [(one.start_char, one.end_char) for one in hidden]
    edges = sorted({0, size, *(edge for span in [*spans, *wider, *unsure, *secret] for edge in span)})

    def within(start: int, end: int, spans: list[tuple[int, int]]) -> list[bool]:
        return [first <= start and end <= last for first, last in spans]

    return [
        Stretch(
            turn.text[start:end],
            tuple(tag.tag for tag, there in zip(tags, within(start, end, spans), strict=True) if there),
            any(within(start, end, unsure)),
            tuple(offer.tag for offer, there in zip(offers, within(start, end, wider), strict=True) if there),
            next(
                (KINDS[one.kind] for one, there in zip(hidden, within(start, end, secret), strict=True) if there), None
            ),
        )
        for start, end in pairwise(edges)
    ]


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
    """When its words are said, in hundredths of a second, short because a long call has many: each word's start counted
    from the start of the one before (the turn's, for the first), then `:` and its length where a pause follows.
    """
    if not _aligned(turn) or turn.start is None:
        return ""
    starts = [round(turn.start * 100), *(round(word.start * 100) for word in turn.words)]
    ends = [round(word.end * 100) for word in turn.words]
    pieces = []
    for number, (before, start) in enumerate(pairwise(starts)):
        after = starts[number + 2] if number + 2 < len(starts) else None
        pauses = after is not None and after - ends[number] > PAUSE * 100
        pieces.append(f"{start - before}:{ends[number] - start}" if pauses else str(start - before))
    return " ".join(pieces)


def _aligned(turn: Turn) -> bool:
    return bool(turn.words) and turn.text == " ".join(word.text for word in turn.words)
