"""A call as one text, so that what is read out over several turns is looked at whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from nlp.findings import Speaker, Turn

ASKED = 5  # turns back in which something may have been asked for
IDLE = 6  # words of a turn that says nothing of it
Span: TypeAlias = tuple[str, int, int]  # a kind of personal data, and where it stands


class Talk:
    """All turns of a call, one a line. Positions are code points of `text`; `low` is the same in lower case."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.turns = turns
        self.text = "\n".join(turn.text.replace("\n", " ") for turn in turns)
        low = self.text.lower()
        if len(low) != len(self.text):  # a few capitals are two code points when small
            low = "".join(c if len(c.lower()) != 1 else c.lower() for c in self.text)
        self.low = low
        self.starts: list[int] = []
        at = 0
        for turn in turns:
            self.starts.append(at)
            at += len(turn.text) + 1

    def turn(self, at: int) -> int:
        """The number of the turn in which a position lies."""
        return bisect_right(self.starts, at) - 1

    def asked(self, at: int) -> int:
        """Where the turn begins in which what stands here may have been asked for: the one before, or one further back
        with only short turns between, in which no digit stands ("Sure, one second." "No problem.").
        """
        last = self.turn(at)
        turn = max(0, last - 1)
        while turn > max(0, last - ASKED) and self._idle(self.turns[turn].text):
            turn -= 1
        return self.starts[turn]

    @staticmethod
    def _idle(text: str) -> bool:
        return len(text.split()) <= IDLE and not any(map(str.isdigit, text))

    def speaker(self, at: int) -> Speaker:
        """Who speaks at a position."""
        return self.turns[self.turn(at)].speaker

    def end(self, turn: int) -> int:
        """Where a turn ends."""
        return self.starts[turn] + len(self.turns[turn].text)
