"""Turns to tags: which sentences say something that the playbook names.

A tag depends on its own sentence alone: what stands in other turns is judged in moments and steps. A rule's ``near``
and ``unless``
patterns are looked for in the same sentence, at most :data:`nlp.playbook.NEAR` words from the hit.

A side that is not known (``unknown``: a one-channel call whose voices are not told apart) is read by all rules, the
rep's and the
customer's alike, so that a mono call still has its objections found; what must not be guessed from it is left to the
steps.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import get_args

from nlp.findings import Speaker, Tag, Turn
from nlp.matching import Hit
from nlp.playbook import NEAR
from nlp.rules import CompiledPlaybook, Use
from nlp.suggester.opinion import Opinion
from nlp.words import Stream, stream, word_set

FAR_LESS = 0.2  # as like known sentences as the likelier kind
LEANS = 0.05  # a rule that wants more likeness leans on the second opinion, and tells its reason
FRAMED = 6  # words behind "people say" and the like that still belong to it
_SIDES: tuple[Speaker, ...] = get_args(Speaker)
_TURN = word_set("but though however although")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the patterns found: the stream of all turns and every hit, those that make no tag included."""

    stream: Stream
    hits: tuple[Hit, ...]


def hear(turns: Sequence[Turn], playbook: CompiledPlaybook) -> Heard:
    """Run all patterns of the playbook over all turns, once."""
    words = stream([turn.text for turn in turns])
    return Heard(words, tuple(playbook.patterns.find(words)))


def tag(turns: Sequence[Turn], heard: Heard, playbook: CompiledPlaybook) -> tuple[Tag, ...]:
    """The tags, in order of turn, place and name; at most one of a name in a sentence, the longest match."""
    best: dict[tuple[int, int], Hit] = {}
    opinion = Opinion(heard.stream)
    uses = playbook.uses
    read = {said_by: {n for n, tag in enumerate(playbook.tags) if _reads(tag.speaker, said_by)} for said_by in _SIDES}
    for sentence, group in itertools.groupby(heard.hits, _sentence):  # hits are in order
        hits = list(group)
        tags = read[turns[heard.stream.sentences[sentence].turn].speaker]
        reach = 0
        for hit in hits:
            use = uses[hit.pattern]
            if use.tag not in tags or use.rule is None or use.tag is None:
                continue
            near, unless, like = use.rule.near, use.rule.unless, use.rule.like
            if like and opinion.likeness(sentence, playbook.tags[use.tag].id) < like:
                continue
            reach = reach or max(hit.end - hit.start for hit in hits) + NEAR
            if near and not _beside(hit, hits, near, reach):
                continue
            if unless and _beside(hit, hits, unless, reach, (playbook.uses, heard.stream)):
                continue
            old = best.get((sentence, use.tag))
            if old is None or hit.end - hit.start > old.end - old.start:
                best[sentence, use.tag] = hit
    clock = Clock(turns)
    _drop_unlikely(best, playbook, opinion)
    found = [_tag(turns, hit, playbook, clock, opinion) for hit in best.values()]
    return tuple(sorted(found, key=lambda t: (t.turn, t.start_char, t.end_char, t.tag)))


def _drop_unlikely(best: dict[tuple[int, int], Hit], playbook: CompiledPlaybook, opinion: Opinion) -> None:
    """Where two kinds of one family are found in a sentence, a kind far less like it than the other goes."""
    likely: dict[tuple[int, str], dict[tuple[int, int], float]] = {}
    for (sentence, number), hit in best.items():
        rule, name = playbook.uses[hit.pattern].rule, playbook.tags[number].id
        if rule is not None and rule.like:
            kinds = likely.setdefault((sentence, name.partition(".")[0]), {})
            kinds[sentence, number] = opinion.likeness(sentence, name)
    for kinds in likely.values():
        for key, value in kinds.items():
            if value < FAR_LESS * max(kinds.values()):
                del best[key]


def _reads(said_by: str, speaker: Speaker) -> bool:
    return speaker == "unknown" or said_by in (speaker, "any")


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


def _tag(turns: Sequence[Turn], hit: Hit, playbook: CompiledPlaybook, clock: Clock, opinion: Opinion) -> Tag:
    words = opinion.words
    number = words.sentences[hit.sentence].turn
    use = playbook.uses[hit.pattern]
    assert use.tag is not None
    assert use.rule is not None
    begin, end = words.begins[hit.start], words.ends[hit.end - 1]
    start_s, end_s = clock.times(number, begin, end)
    name = playbook.tags[use.tag].id
    nearest = opinion.nearest(hit.sentence, name) if use.rule.like >= LEANS else ""
    return Tag(
        tag=name,
        rule=f"{use.rule.id}: {playbook.texts[hit.pattern]}" + (f" (like “{nearest}”)" if nearest else ""),
        turn=number,
        start_char=begin,
        end_char=end,
        quote=turns[number].text[begin:end],
        speaker=turns[number].speaker,
        start=start_s,
        end=end_s,
    )


class Clock:
    """Seconds at which spans of turns' texts are spoken."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._begins: dict[int, list[int]] = {}

    def times(self, number: int, start_char: int, end_char: int) -> tuple[float | None, float | None]:
        """First and last second of a span of turn ``number``.

        From the words, where the turn has them; else in proportion to the code points before it; None without turn
        times.
        """
        turn = self._turns[number]
        if turn.words:
            begins = self._begins.get(number)
            if begins is None:  # where each word begins in the text, which is the words joined by one space
                begins = list(itertools.accumulate((len(w.text) + 1 for w in turn.words), initial=0))
                self._begins[number] = begins
            first = bisect_right(begins, start_char + 1) - 1  # a span from a space on begins with the next word
            last = bisect_left(begins, end_char) - 1
            if first <= last < len(turn.words):
                return turn.words[first].start, turn.words[last].end
        if turn.start is None or turn.end is None:
            return None, None
        length, span = max(1, len(turn.text)), turn.end - turn.start
        return (
            round(turn.start + span * start_char / length, 3),
            round(turn.start + span * min(end_char, length) / length, 3),
        )


def times(turn: Turn, start_char: int, end_char: int) -> tuple[float | None, float | None]:
    """Seconds at which a span of one turn's text is spoken; for many spans, keep a :class:`Clock`."""
    return Clock([turn]).times(0, start_char, end_char)
