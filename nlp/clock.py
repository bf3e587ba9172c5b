"""When spans of turns' texts are spoken: seconds of the call."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from nlp.findings import Turn


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
