"""How a number that was told over several turns is put together, and which parts of it were only repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from nlp.pii.lexicon import corrections
from nlp.pii.reading import Item
from nlp.pii.talk import Span, Talk

LONGEST = 20  # parts of a number that somebody puts right at once
_BETWEEN = re.compile(r"[^\W\d_]|[.,;\n]")


def pieces(talk: Talk, items: Sequence[Item], span: Span) -> Iterator[Span]:
    """A span turn by turn, so that a "yes" in between stays."""
    kind, start, end = span
    turns: dict[int, list[Item]] = {}
    for item in items:
        if start <= item.start and item.end <= end:
            turns.setdefault(talk.turn(item.start), []).append(item)
    first = min(turns)
    for number, part in turns.items():
        yield kind, min(start, part[0].start) if number == first else part[0].start, part[-1].end


def tellings(talk: Talk, items: Sequence[Item]) -> Iterator[list[Item]]:
    """Ways to put a number together: without what the other side repeats, one side's words alone, all of it."""
    everything = list(items)
    turns = sorted({talk.turn(item.start) for item in items})
    if len(turns) > 1:
        said, kept, last = "", [], None
        for number in turns:
            part = [item for item in items if talk.turn(item.start) == number]
            digits = "".join(item.text for item in part)
            speaker = talk.turns[number].speaker
            if said.endswith(digits) and (speaker == "unknown" or speaker != last):
                continue
            said, last = said + digits, speaker
            kept += part
        yield kept
        sizes: dict[str, list[Item]] = {}
        for item in items:
            sizes.setdefault(talk.speaker(item.start), []).append(item)
        yield max(sizes.values(), key=lambda some: sum(len(item.text) for item in some))
        for number in turns:
            yield [item for item in items if talk.turn(item.start) == number]
    yield everything


def echoed(talk: Talk, items: Sequence[Item], told: Sequence[Item], start: int, end: int) -> int:
    """The end of a span with what the other side repeats right after it."""
    digits = "".join(item.text for item in told if start <= item.start < end)
    after = [item for item in items if item.start >= end]
    for number in sorted({talk.turn(item.start) for item in after} - {talk.turn(end - 1)}):
        part = [item for item in after if talk.turn(item.start) == number]
        text = "".join(item.text for item in part)
        if len(text) < 2 or text not in digits:
            break
        end = part[-1].end
    return end


def corrected(talk: Talk, items: Sequence[Item]) -> Iterator[tuple[list[Item], list[Item]]]:
    """Readings without what was taken back, and that: of "two three, no sorry, two two" the first "two three".

    What follows stands for as many digits before it: all up to the next pause, or where nobody pauses any part of it.
    """
    cuts = retold(talk, items)
    if not cuts:
        return
    lengths = [len(next(sundered(talk, items[cut:]))) for cut in cuts]
    tried = [lengths, *([*lengths[:-1], length] for length in range(1, min(lengths[-1], LONGEST)))]
    for some in tried:
        gone = {
            at
            for cut, length in zip(cuts, some, strict=True)
            for at in _as_long(items[:cut], items[cut : cut + length])
        }
        yield [item for at, item in enumerate(items) if at not in gone], [items[at] for at in sorted(gone)]


def retold(talk: Talk, items: Sequence[Item]) -> list[int]:
    """Which items stand for what was said before them: those behind a "no, sorry"."""
    return [
        at for at, (one, other) in enumerate(pairwise(items), 1) if _taken_back().search(talk.low, one.end, other.start)
    ]


@cache
def _taken_back() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{corrections()})(?![\w'])")


def _as_long(before: Sequence[Item], instead: Sequence[Item]) -> Iterator[int]:
    """Which of the items before, from the last on, hold as many digits as these."""
    left = sum(len(item.text) for item in instead)
    for at in reversed(range(len(before))):
        if left <= 0:
            return
        left -= len(before[at].text)
        yield at


def sundered(talk: Talk, items: Sequence[Item]) -> Iterator[list[Item]]:
    """A stretch of digits cut at words and marks between them: it may be several numbers."""
    part = list(items[:1])
    for last, item in pairwise(items):
        if _BETWEEN.search(talk.low, last.end, item.start):
            yield part
            part = []
        part.append(item)
    yield part
