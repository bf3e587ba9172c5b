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

from collections.abc import Sequence
from dataclasses import dataclass

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
        for hit in hits:
            use = playbook.uses[hit.pattern]
            if use.tag is None or use.rule is None or not _reads(playbook.tags[use.tag].speaker, speaker):
                continue
            if (use.rule.near and not _beside(hit, hits, use.rule.near)) or _beside(hit, hits, use.rule.unless):
                continue
            old = best.get((sentence, use.tag))
            if old is None or hit.end - hit.start > old.end - old.start:
                best[sentence, use.tag] = hit
    tags = [_tag(turns, heard.stream, hit, playbook) for hit in best.values()]
    return tuple(sorted(tags, key=lambda t: (t.turn, t.start_char, t.end_char, t.tag)))


def _reads(said_by: str, speaker: Speaker) -> bool:
    return speaker == "unknown" or said_by in (speaker, "any")


def _beside(hit: Hit, hits: Sequence[Hit], patterns: frozenset[int]) -> bool:
    return any(h.pattern in patterns and h.start - NEAR <= hit.end and hit.start <= h.end + NEAR for h in hits)


def _tag(turns: Sequence[Turn], words: Stream, hit: Hit, playbook: CompiledPlaybook) -> Tag:
    number = words.sentences[hit.sentence].turn
    use = playbook.uses[hit.pattern]
    assert use.tag is not None
    assert use.rule is not None
    begin, end = words.begins[hit.start], words.ends[hit.end - 1]
    start_s, end_s = times(turns[number], begin, end)
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


def times(turn: Turn, start_char: int, end_char: int) -> tuple[float | None, float | None]:
    """Seconds at which a span of a turn's text is spoken.

    From the words, where the turn has them; else in proportion to the code points before it; None without turn times.
    """
    if turn.words:
        at, inside = 0, []
        for word in turn.words:
            if at < end_char and at + len(word.text) > start_char:
                inside.append(word)
            at += len(word.text) + 1
        if inside:
            return inside[0].start, inside[-1].end
    if turn.start is None or turn.end is None:
        return None, None
    length = max(1, len(turn.text))
    span = turn.end - turn.start
    return round(turn.start + span * start_char / length, 3), round(
        turn.start + span * min(end_char, length) / length, 3
    )
