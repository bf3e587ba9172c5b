"""How a number that was told over several turns is put together, and which parts of it were only repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlp.pii.reading import Item
from nlp.pii.talk import Span, Talk


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
