"""A stretch of each voice that is worth playing to somebody who has to say whose it is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.records import Word

SHORTEST_S, LONGEST_S = 3.0, 8.0
PAUSE_S = 1.5  # a stretch with a longer silence in it is no good


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds from the start of the recording, and what is said there."""

    start: float
    end: float
    quote: str


def pick(voices: Sequence[Sequence[Word]]) -> Iterator[tuple[int, Sample]]:
    """For each voice that says anything its number and its best stretch: long enough, alone, with the most words."""
    for number, words in enumerate(voices):
        if words:
            others = sorted((word for voice in (*voices[:number], *voices[number + 1 :]) for word in voice), key=_start)
            yield number, _best(words, others)


def _start(word: Word) -> float:
    return word.start


def _best(words: Sequence[Word], others: Sequence[Word]) -> Sample:
    alone = [not _spoken_over(word, others) for word in words]
    best: tuple[bool, bool, int] = (False, False, 0)
    chosen = words[:1]
    first = 0
    for last, word in enumerate(words):
        cut = last > 0 and (word.start - words[last - 1].end > PAUSE_S or alone[last] != alone[last - 1])
        if cut:
            first = last
        while first < last and word.end - words[first].start > LONGEST_S:
            first += 1
        long_enough = word.end - words[first].start >= SHORTEST_S
        rank = (alone[last], long_enough, last - first + 1)
        if rank > best:
            best, chosen = rank, words[first : last + 1]
    return Sample(chosen[0].start, max(word.end for word in chosen), " ".join(word.text for word in chosen))


def _spoken_over(word: Word, others: Sequence[Word]) -> bool:
    """Whether anybody else speaks at the same time. `others` are in order of their starts."""
    after = bisect_left(others, word.end, key=_start)
    return any(other.end > word.start for other in others[max(0, after - 3) : after])
