"""The clips of one call: moments, tags outside moments, suggestions, and every turn that is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import takewhile

from clips_api.sentences import around
from clips_api.store.judgements import Judgement
from clips_api.suggestions import offers
from nlp.findings import Moment
from pipeline.records import Analysis, Transcript, Turn


@dataclass(frozen=True)
class Clip:
    """A span worth playing, before it is a row."""

    kind: str
    tag: str | None
    turn: int
    start_s: float | None
    end_s: float | None
    speaker: str
    quote: str
    context: str | None
    reply: str | None = None
    reply_speaker: str | None = None
    score: float | None = None
    why: str | None = None
    parts: dict[str, str | None] = field(default_factory=dict)
    sentence: str | None = None
    judged_as: str | None = None
    turns: tuple[int, ...] = ()  # whose words are the quote
    replies: tuple[int, ...] = ()  # and the reply


ORDER = ("moment", "tag", "suggestion", "turn", "span")  # which of several clips of one span stands for it
PARTS = ("acknowledge", "explore", "respond", "confirm")


def clips_of(transcript: Transcript, analysis: Analysis | None, judged: Iterable[Judgement] = ()) -> Iterator[Clip]:
    """One clip a moment, one a tag outside moments, one a suggestion, one each remaining turn."""
    turns = transcript.turns
    told: set[int] = set()
    for moment in analysis.moments if analysis else ():
        shown, clip = _moment(turns, moment)
        told |= shown
        yield replace(clip, sentence=_sentence_of(moment, turns, analysis), judged_as="tag")
    tagged: set[tuple[int, str]] = set()
    for tag in analysis.shown_tags if analysis else ():
        if tag.turn in told or (tag.turn, tag.tag) in tagged:
            continue
        tagged.add((tag.turn, tag.tag))
        yield replace(
            _turn(turns, tag.turn),
            kind="tag",
            tag=tag.tag,
            why=f"“{tag.quote}” matched {tag.rule}",
            sentence=around(turns[tag.turn], tag).key,
            judged_as="tag",
        )
    for offer in offers(transcript, analysis, judged):
        if offer.right is not False and (offer.turn, offer.tag) not in tagged:
            kind = "tag" if offer.right else "suggestion"
            clip = replace(_turn(turns, offer.turn), kind=kind, tag=offer.tag, why=offer.why)
            yield replace(clip, sentence=offer.sentence, judged_as="suggestion")
            if offer.right:
                tagged.add((offer.turn, offer.tag))
    told |= {turn for turn, _ in tagged}
    for number, turn in enumerate(turns):
        if number not in told and turn.text:
            yield _turn(turns, number)


def _moment(turns: tuple[Turn, ...], moment: Moment) -> tuple[set[int], Clip]:
    """A moment's clip, and the turns whose every word is in it.

    The whole moment is played; of its words the objection and the first reply are shown, and what follows stays
    with clips of its own.
    """
    inside = sorted(moment.turns)
    first = turns[inside[0]]
    asked = list(takewhile(lambda number: turns[number].speaker == first.speaker, inside))
    if len(asked) == len(inside):  # speakers not known, or no reply
        asked = inside[:1]
    rest = inside[len(asked) :]
    who = turns[rest[0]].speaker if rest else None
    replies = list(takewhile(lambda number: turns[number].speaker == who, rest))
    clip = Clip(
        kind="moment",
        tag=moment.tag,
        turn=inside[0],
        start_s=moment.start,
        end_s=moment.end,
        speaker=first.speaker,
        quote=" ".join(turns[number].text for number in asked),
        context=_before(turns, inside[0]),
        reply=" ".join(turns[number].text for number in replies) or None,
        reply_speaker=who,
        score=moment.score,
        why=moment.why,
        parts=asdict(moment.parts),
        turns=tuple(asked),
        replies=tuple(replies),
    )
    return set(asked) | set(replies), clip


def _sentence_of(moment: Moment, turns: tuple[Turn, ...], analysis: Analysis | None) -> str | None:
    """The sentence of the tag that a moment is named by."""
    tags = analysis.tags if analysis else ()
    named = (tag for tag in tags if tag.tag == moment.tag and tag.turn in moment.turns)
    return next((around(turns[tag.turn], tag).key for tag in named), None)


def _turn(turns: tuple[Turn, ...], number: int) -> Clip:
    turn = turns[number]
    before = _before(turns, number)
    return Clip("turn", None, number, turn.start, turn.end, turn.speaker, turn.text, before, turns=(number,))


def _before(turns: tuple[Turn, ...], number: int) -> str | None:
    return turns[number - 1].text if number else None
