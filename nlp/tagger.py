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

from nlp.findings import Speaker, Tag, Turn
from nlp.matching import Hit
from nlp.playbook import NEAR
from nlp.rules import CompiledPlaybook
from nlp.words import Stream, stream


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
    by_sentence: dict[int, list[Hit]] = {}
    for hit in heard.hits:
        by_sentence.setdefault(hit.sentence, []).append(hit)
    best: dict[tuple[int, int], Hit] = {}
    for sentence, hits in by_sentence.items():
        speaker = turns[heard.stream.sentences[sentence].turn].speaker
        reach = max(hit.end - hit.start for hit in hits) + NEAR
        for hit in hits:
            use = playbook.uses[hit.pattern]
            if use.tag is None or use.rule is None or not _reads(playbook.tags[use.tag].speaker, speaker):
                continue
            near, unless = use.rule.near, use.rule.unless
            if (near and not _beside(hit, hits, near, reach)) or (unless and _beside(hit, hits, unless, reach)):
                continue
            old = best.get((sentence, use.tag))
            if old is None or hit.end - hit.start > old.end - old.start:
                best[sentence, use.tag] = hit
    clock = Clock(turns)
    tags = [_tag(turns, heard.stream, hit, playbook, clock) for hit in best.values()]
    return tuple(sorted(tags, key=lambda t: (t.turn, t.start_char, t.end_char, t.tag)))


def _reads(said_by: str, speaker: Speaker) -> bool:
    return speaker == "unknown" or said_by in (speaker, "any")


def _beside(hit: Hit, hits: Sequence[Hit], patterns: frozenset[int], reach: int) -> bool:
    """Whether one of these patterns hit within NEAR words. ``hits`` are in order and matter ``reach`` words back."""
    for other in itertools.islice(hits, bisect_left(hits, hit.start - reach, key=_start), None):
        if other.start > hit.end + NEAR:
            return False
        if other.pattern in patterns and other.end + NEAR >= hit.start:
            return True
    return False


_start = attrgetter("start")


def _tag(turns: Sequence[Turn], words: Stream, hit: Hit, playbook: CompiledPlaybook, clock: Clock) -> Tag:
    number = words.sentences[hit.sentence].turn
    use = playbook.uses[hit.pattern]
    assert use.tag is not None
    assert use.rule is not None
    begin, end = words.begins[hit.start], words.ends[hit.end - 1]
    start_s, end_s = clock.times(number, begin, end)
    return Tag(
        tag=playbook.tags[use.tag].id,
        rule=f"{use.rule.id}: {playbook.texts[hit.pattern]}",
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
