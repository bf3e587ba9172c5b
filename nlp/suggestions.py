"""Suggested tags: sentences that no pattern reaches, and that are like known objections.

A suggestion is a question to somebody, no finding: moments, steps and figures never see it. It names the known
sentences that it is like. What the team agreed with or rejected counts at once: a sentence nearly the same as an agreed
one is suggested, one nearly the same as a rejected one is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from nlp.clock import times
from nlp.encoder import ANY, Likely
from nlp.encoder import packaged as encoder
from nlp.findings import Suggestion, Tag, Turn
from nlp.rules import CompiledPlaybook
from nlp.suggester.features import of_words
from nlp.suggester.known import FAMILY, Example, fingerprint, of_playbook, ours
from nlp.suggester.model import Model
from nlp.suggester.neighbours import Neighbours
from nlp.suggester.opinion import LONG, Judged, Opinion, Passage, nearest, packaged
from nlp.tagger import Heard, hear

__all__ = ["ENGINE", "LEAST_WORDS", "Suggester", "packaged", "sentences"]

ENGINE = "suggest/5"
LEAST_WORDS = 4  # "too right" is too little to go by
MAYBE = 0.5  # as like any objection, as the sentence encoder hears it, as a sentence must be to be suggested for that
UNLIKE = 0.4  # what is less like any is none, whatever its words
NEARLY_THE_SAME = 0.75  # cosine


def sentences(playbook: CompiledPlaybook, judged: Sequence[Example] = ()) -> tuple[Example, ...]:
    """All that a classifier learns from: our sentences, the playbook's examples, what the team judged."""
    return (*ours(), *of_playbook(playbook), *judged)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A sentence without a tag: the code points it takes of its turn, its plain words, and whether it asks.

    ``likely`` is what the encoder says of it, where it sounds like an objection together with what stands beside it;
    ``excepted`` are the tags that only the team's word can give it: an exception of their rules stands beside it.
    """

    turn: int
    start: int
    end: int
    words: tuple[str, ...]
    asked: bool
    likely: Likely
    excepted: AbstractSet[str]

    @property
    def features(self) -> frozenset[str]:
        """What the classifier sees of it."""
        return of_words(self.words, asked=self.asked)


class Suggester:
    """Suggests the tags of one playbook. `version` changes with the classifier and with what the team has judged."""

    def __init__(self, playbook: CompiledPlaybook, model: Model, judged: Sequence[Example] = ()) -> None:
        self.version = f"{ENGINE} {model.made_from} {encoder().version} {fingerprint(judged)}"
        self._playbook = playbook
        self._tags = frozenset(rule.id for rule in playbook.tags)
        self._model = model
        self._sentences = sentences(playbook, judged)
        self._judged = Neighbours(judged, model)

    @cached_property
    def _known(self) -> Neighbours:  # takes a fifth of a second, and many a call is suggested nothing
        return Neighbours(self._sentences, self._model)

    def suggest(
        self,
        turns: Sequence[Turn],
        tags: Sequence[Tag],
        *,
        heard: Heard | None = None,
        judged: Judged | None = None,
    ) -> tuple[Suggestion, ...]:
        """Suggestions in order of turn and place: the likeliest tag of each sentence that has none of its family.

        A turn is suggested a tag once, and none that it has. Where no known sentence of the tag is near, nothing is
        suggested: there would be no reason to show. ``heard`` is what the patterns found in these turns, and ``judged``
        what the encoder said of them, where that is known.
        """
        has = {(tag.turn, tag.tag) for tag in tags}
        best: dict[tuple[int, str], tuple[float, _Asked, bool]] = {}
        asked = list(self._without(turns, tags, heard or hear(turns, self._playbook), judged or Judged()))
        for one, row in zip(asked, self._model.likeness([one.features for one in asked]), strict=True):
            alike = one.likely.get(ANY, 0.0) >= UNLIKE
            likely = dict(zip(self._model.tags, map(float, row), strict=True)) if alike else {}
            likely |= dict.fromkeys(one.excepted, 0.0)
            meant, sure = _meant(one)
            likely[meant] = max(likely.get(meant, 0.0), sure)
            tag, value = self._likeliest(one, likely)
            key = one.turn, tag
            if value >= self._model.threshold and key not in has and value > best.get(key, (0.0,))[0]:
                best[key] = value, one, tag == meant
        suggested = (self._suggestion(turns[found[1].turn], tag, *found) for (_, tag), found in best.items())
        return tuple(sorted((one for one in suggested if one.like), key=lambda one: (one.turn, one.start_char)))

    def _likeliest(self, one: _Asked, likely: dict[str, float]) -> tuple[str, float]:
        for cosine, example in reversed(self._judged.nearly(one.features, NEARLY_THE_SAME)):  # the nearest has its way
            if example.tag is not None:
                likely[example.tag] = max(likely.get(example.tag, 0.0), cosine) if example.right else 0.0
        value, tag = max((value, tag) for tag, value in (*likely.items(), ("", 0.0)) if not tag or tag in self._tags)
        return tag, value

    def _without(self, turns: Sequence[Turn], tags: Sequence[Tag], heard: Heard, judged: Judged) -> Iterator[_Asked]:
        """The sentences of customers, or of nobody known, that have no tag of the family; no very long ones.

        What stands beside a tag is asked about only where the team has judged it: the tag has answered for it.
        """
        words = heard.stream
        opinion = Opinion(words, [turn.text for turn in turns], judged)
        tagged: dict[int, list[Tag]] = {}
        for tag in tags:
            if tag.tag.startswith(FAMILY):
                tagged.setdefault(tag.turn, []).append(tag)

        def has_tag(passage: Passage) -> bool:
            turn = words.sentences[passage.first].turn
            start, end = words.begins[passage.start], words.ends[passage.end - 1]
            return any(tag.start_char < end and start < tag.end_char for tag in tagged.get(turn, ()))

        for passage in opinion.passages:
            if turns[words.sentences[passage.first].turn].speaker == "rep":
                continue
            sounds = not has_tag(passage) and opinion.kinds(passage).get(ANY, 0.0) >= UNLIKE
            excepted = self._excepted(passage, heard) if sounds else frozenset()
            for one in opinion.alone(passage):
                place = words.sentences[one.first]
                if not LEAST_WORDS <= place.end - place.start <= LONG or has_tag(one):
                    continue
                start, end = words.begins[one.start], words.ends[one.end - 1]
                said = tuple(words.words[one.start : one.end])
                likely = opinion.kinds(one) if sounds else {}
                yield _Asked(place.turn, start, end, said, place.asked, likely, excepted)

    def _excepted(self, passage: Passage, heard: Heard) -> AbstractSet[str]:
        """The tags whose rules of sound have an exception in a passage."""
        beside = heard.beside(passage)
        return {tag for tag, (_, rule) in self._playbook.sounding.items() if not beside.isdisjoint(rule.unless)}

    def _suggestion(self, turn: Turn, tag: str, value: float, one: _Asked, meant: bool) -> Suggestion:  # noqa: FBT001
        start, end = times(turn, one.start, one.end)
        like = self._known.like(one.features, tag)
        if meant and not like:  # no words that the classifier knows, but the meaning
            like = tuple(filter(None, [nearest(one.words, one.asked, tag)]))
        return Suggestion(
            tag=tag,
            turn=one.turn,
            start_char=one.start,
            end_char=one.end,
            quote=turn.text[one.start : one.end],
            speaker=turn.speaker,
            start=start,
            end=end,
            likeness=round(min(value, 1.0), 2),
            like=like,
        )


def _meant(one: _Asked) -> tuple[str, float]:
    """The likeliest kind of what sounds like an objection to the sentence encoder, and how much so; else nothing."""
    kinds, likely = one.likely.keys() - {ANY}, one.likely
    if likely.get(ANY, 0.0) < MAYBE or not kinds:
        return "", 0.0
    meant = max(kinds, key=lambda tag: (likely[tag], tag))
    return ("", 0.0) if meant in one.excepted else (meant, likely[ANY])
