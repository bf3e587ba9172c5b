"""Turns to tags: which sentences say something that the playbook names.

A tag depends on its own turn alone: what stands in other turns is judged in moments and steps. A rule's ``near`` and
``unless`` patterns are looked for in the same sentence, at most :data:`nlp.matching.NEAR` words from the hit. Where a
rule asks for likeness, there is a second opinion (nlp.suggester.opinion), which hears the sentences around as well.

A side that is not known (``unknown``: a one-channel call whose voices are not told apart) is read by all rules, the
rep's and the customer's alike, so that a mono call still has its objections found; what must not be guessed from it is
left to the steps.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias, get_args

from nlp.clock import Clock
from nlp.findings import Speaker, Tag, Turn
from nlp.matching import NEAR, Hit
from nlp.rules import CompiledPlaybook, Rule, Use
from nlp.suggester.known import FAMILY
from nlp.suggester.opinion import LEAST_WORDS, TWICE, Judged, Opinion, Passage
from nlp.words import Stream, stream, word_set

FAR_LESS = 0.2  # as like known sentences as the likelier kind
FRAMED = 6  # words behind "people say" and the like that still belong to it
_SIDES: tuple[Speaker, ...] = get_args(Speaker)
_TURN = word_set("but though however although")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the patterns found: the stream of all turns and every hit, those that make no tag included."""

    stream: Stream
    hits: tuple[Hit, ...]

    def turns(self, patterns: AbstractSet[int]) -> frozenset[int]:
        """The turns in which any of some patterns was found."""
        return frozenset(self.stream.sentences[hit.sentence].turn for hit in self.hits if hit.pattern in patterns)

    def beside(self, passage: Passage) -> AbstractSet[int]:
        """The patterns found in a passage, or in its sentences at most NEAR words from it."""
        start = bisect_left(self.hits, passage.first, key=_sentence)
        hits = self.hits[start : bisect_right(self.hits, passage.last, start, key=_sentence)]
        first, last = passage.start - NEAR, passage.end + NEAR
        return {hit.pattern for hit in hits if hit.end >= first and hit.start <= last}


def hear(turns: Sequence[Turn], playbook: CompiledPlaybook) -> Heard:
    """Run all patterns of the playbook over all turns, once."""
    words = stream([turn.text for turn in turns])
    return Heard(words, tuple(playbook.patterns.find(words)))


@dataclass(frozen=True, slots=True)
class _Found:
    """Words ``start`` to ``end`` (exclusive) of the stream are a tag by ``rule`` and, where it has any, ``pattern``."""

    start: int
    end: int
    rule: Rule
    pattern: str = ""


_Best: TypeAlias = dict[tuple[int, int], _Found]  # by sentence and number of the tag


def tag(
    turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook, judged: Judged | None = None
) -> tuple[Tag, ...]:
    """The tags, in order of turn, place and name; at most one of a name in a sentence, the longest match.

    ``judged`` is what the encoder is known to say of these turns' sentences.
    """
    reading = _Reading(turns, heard, playbook, judged or Judged())
    best = reading.hit()
    reading.drop_unlikely(best)
    best |= reading.sounding(best)
    clock = Clock(turns)
    found = [reading.tag(*place, one, clock) for place, one in best.items()]
    return tuple(sorted(found, key=lambda t: (t.turn, t.start_char, t.end_char, t.tag)))


class _Reading:
    """One reading of a call by a playbook, with a second opinion at hand."""

    def __init__(self, turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook, judged: Judged) -> None:
        self._turns, self._heard, self._playbook = turns, heard, playbook
        self._opinion = Opinion(heard.stream, [turn.text for turn in turns], judged)
        self._read = {
            said_by: {
                n for n, tag in enumerate(playbook.tags) if tag.speaker in (said_by, "any") or said_by == "unknown"
            }
            for said_by in _SIDES
        }

    def hit(self) -> _Best:
        """The longest match of a pattern that counts."""
        best: _Best = {}
        uses, words = self._playbook.uses, self._heard.stream
        for sentence, group in itertools.groupby(self._heard.hits, _sentence):  # hits are in order
            hits = list(group)
            tags = self._tags(sentence)
            reach = 0
            for hit in hits:
                use = uses[hit.pattern]
                if use.tag not in tags or use.rule is None or use.tag is None:
                    continue
                reach = reach or max(hit.end - hit.start for hit in hits) + NEAR
                if use.rule.near and not _beside(hit, hits, use.rule.near, reach):
                    continue
                if use.rule.unless and _beside(hit, hits, use.rule.unless, reach, (uses, words)):
                    continue
                old = best.get((sentence, use.tag))
                if old is not None and hit.end - hit.start <= old.end - old.start:
                    continue
                if use.rule.like and self._likeness(sentence, hit.start, use.tag) < use.rule.like:
                    continue
                best[sentence, use.tag] = _Found(hit.start, hit.end, use.rule, self._playbook.texts[hit.pattern])
        return best

    def drop_unlikely(self, best: _Best) -> None:
        """Where two of a family are found in a sentence, one far less like it than the other goes."""
        likely: dict[tuple[int, str], dict[tuple[int, int], float]] = {}
        for (sentence, number), one in best.items():
            if one.rule.like:
                family = likely.setdefault((sentence, self._playbook.tags[number].id.partition(".")[0]), {})
                family[sentence, number] = self._likeness(sentence, one.start, number)
        for family in likely.values():
            for key, value in family.items():
                if value < FAR_LESS * max(family.values()):
                    del best[key]

    def sounding(self, best: _Best) -> _Best:
        """What no pattern found, and is like known sentences; of a voice that is not known it is not guessed."""
        rules = self._playbook.sounding
        objections = {name: one for name, one in rules.items() if name.startswith(FAMILY)}
        replies = {name: one for name, one in rules.items() if name not in objections}
        return self._like_replies(best, replies) | self._like_objections(best, objections)

    def _like_replies(self, best: _Best, rules: Mapping[str, tuple[int, Rule]]) -> _Best:
        """Sentence by sentence, each tag by itself."""
        wanted = {number for number, _ in rules.values()}
        found: _Best = {}
        for sentence, place in enumerate(self._heard.stream.sentences) if rules else ():
            tags = self._tags(sentence)
            said_by = self._turns[place.turn].speaker
            if said_by == "unknown" or wanted.isdisjoint(tags) or place.end - place.start < LEAST_WORDS:
                continue
            likely = self._opinion.replies(sentence)
            for name, (number, rule) in rules.items():
                if (
                    number in tags
                    and (sentence, number) not in best
                    and likely.get(name, 0.0) >= rule.like
                    and self._heard.beside(Passage(sentence, sentence, place.start, place.end)).isdisjoint(rule.unless)
                ):
                    found[sentence, number] = _Found(place.start, place.end, rule)
        return found

    def _like_objections(self, best: _Best, rules: Mapping[str, tuple[int, Rule]]) -> _Best:
        """A few sentences at a time, where no objection was found in them; the sentence most like one is tagged."""
        wanted = {number for number, _ in rules.values()}
        has = {sentence for sentence, number in best if number in wanted}
        found: _Best = {}
        for passage in self._opinion.passages if rules else ():
            turn = self._heard.stream.sentences[passage.first].turn
            if self._turns[turn].speaker == "unknown" or passage.end - passage.start < LEAST_WORDS:
                continue
            tagged = not has.isdisjoint(range(passage.first, passage.last + 1))
            if tagged or wanted.isdisjoint(self._tags(passage.first)):
                continue
            likely = self._opinion.sure(passage)
            if not likely:
                continue
            sentence, words = self._opinion.heart(passage)
            beside, most = self._heard.beside(passage), max(likely.get(name, 0.0) for name in rules)
            for name, (number, rule) in rules.items():
                if (
                    number in self._tags(sentence)
                    and likely.get(name, 0.0) >= max(rule.like, most / TWICE)
                    and beside.isdisjoint(rule.unless)
                ):
                    found.setdefault((sentence, number), _Found(*words, rule))
        return found

    def tag(self, sentence: int, number: int, one: _Found, clock: Clock) -> Tag:
        """What was found, as it stands in an analysis."""
        words, name = self._heard.stream, self._playbook.tags[number].id
        turn = words.sentences[sentence].turn
        begin, end = words.begins[one.start], words.ends[one.end - 1]
        start_s, end_s = clock.times(turn, begin, end)
        nearest = self._opinion.nearest(sentence, one.start, name) if not one.rule.say else ""
        return Tag(
            tag=name,
            rule=f"{one.rule.id}: {_reason(one.pattern, nearest)}",
            turn=turn,
            start_char=begin,
            end_char=end,
            quote=self._turns[turn].text[begin:end],
            speaker=self._turns[turn].speaker,
            start=start_s,
            end=end_s,
        )

    def _tags(self, sentence: int) -> AbstractSet[int]:
        """The tags that whoever says this sentence may have."""
        return self._read[self._turns[self._heard.stream.sentences[sentence].turn].speaker]

    def _likeness(self, sentence: int, at: int, number: int) -> float:
        return self._opinion.likeness(sentence, at, self._playbook.tags[number].id)


def _beside(
    hit: Hit,
    hits: Sequence[Hit],
    patterns: frozenset[int],
    reach: int,
    stopping: tuple[Sequence[Use], Stream] | None = None,
) -> bool:
    """Whether one of these patterns hit within NEAR words. ``hits`` are in order and matter ``reach`` words back.

    With ``stopping`` they are patterns that stop a hit, some of them only on one side.
    """
    for other in itertools.islice(hits, bisect_left(hits, hit.start - reach, key=_start), None):
        if other.start > hit.end + NEAR:
            return False
        beside = other.pattern in patterns and other.end + NEAR >= hit.start
        if beside and (stopping is None or stops(other, hit, *stopping)):
            return True
    return False


def stops(other: Hit, hit: Hit, uses: Sequence[Use], words: Stream) -> bool:
    """Whether what an ``unless`` pattern found stands on the right side of a hit to stop it; "but" ends its reach."""
    match uses[other.pattern].stops:
        case "after":
            between = words.words[other.end : hit.start]
            return other.start <= hit.start and len(between) <= FRAMED and _TURN.isdisjoint(between)
        case "before":
            return other.end >= hit.end
    return True


_start, _sentence = attrgetter("start"), attrgetter("sentence")


def _reason(pattern: str, nearest: str) -> str:
    like = f"like “{nearest}”" if nearest else ""
    return f"{pattern} ({like})" if pattern and like else pattern or like or "the sentence as a whole"
