"""Suggestions as people see them: a question where nobody has answered, a tag where somebody agreed, else nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clips_api.sentences import around, locate
from clips_api.store.judgements import Judgement, latest
from pipeline.records import Analysis, Transcript


@dataclass(frozen=True)
class Offer:
    """One suggestion and the answer to it, if any. Offsets are code points of the turn's text, end exclusive."""

    tag: str
    turn: int
    sentence: str
    start_char: int
    end_char: int
    like: tuple[str, ...] = ()  # known examples that it resembles: the reason
    answer: Judgement | None = None

    @property
    def right(self) -> bool | None:
        return self.answer.right if self.answer else None

    @property
    def why(self) -> str:
        agreed = [f"agreed by {self.answer.by}"] if self.answer and self.answer.right else []
        return "; ".join([*agreed, *(["like: " + ", ".join(f"“{text}”" for text in self.like)] if self.like else [])])


def offers(transcript: Transcript, analysis: Analysis | None, judged: Iterable[Judgement]) -> Iterator[Offer]:
    """The suggestions of a call, and all that was answered, whether still suggested or not; not what a rule tags."""
    if analysis is None:
        return
    said = {(one.tag, one.sentence): one for one in latest(judged).values() if one.kind == "suggestion"}
    told = {(tag.tag, around(transcript.turns[tag.turn], tag).key) for tag in analysis.tags}
    for one in analysis.suggestions:
        place = one.tag, around(transcript.turns[one.turn], one).key
        if place not in told:
            told.add(place)
            yield Offer(one.tag, one.turn, place[1], one.start_char, one.end_char, one.like, said.get(place))
    for place, answer in said.items():
        there = locate(transcript.turns, answer.sentence) if place not in told else None
        if there is not None:
            yield Offer(answer.tag, there.turn, answer.sentence, there.start_char, there.end_char, (), answer)
