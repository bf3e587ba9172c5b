# ruff: noqa: INP001  a script beside its product, no module of the package
"""Whole turns of customers (turns.txt) in the passages in which they are judged, for the encoder to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from nlp.suggester.known import FAMILY, Example
from nlp.suggester.opinion import Judged, Opinion
from nlp.words import stream

RIM = 0.6  # of an objection: a passage that holds less of it is neither one nor none
_MARKED = re.compile(r"([^{]*)(?:\{([a-z_+]+):([^}]*)\}|$)")


class Mark(NamedTuple):
    """An objection in a turn: its code points, the end exclusive, and its kinds."""

    start: int
    end: int
    kinds: tuple[str, ...]

    def inside(self, start: int, end: int) -> float:
        """How much of it stands between two places, 0 to 1."""
        return max(0, min(end, self.end) - max(start, self.start)) / (self.end - self.start)


def passages(turns: str) -> Iterator[Example]:
    """What turns say, a few sentences at a time, and each objection by itself.

    A line is a turn: "harmless, {price:an objection}, harmless", two kinds at once "{need+price:…}".
    """
    for line in turns.splitlines():
        text, marks = _read(line)
        yield from (Example(text[mark.start : mark.end], FAMILY + kind) for mark in marks for kind in mark.kinds)
        words = stream([text])
        for one in Opinion(words, [text], Judged()).passages:
            begin, end = words.begins[one.start], words.ends[one.end - 1]
            shares = [mark.inside(begin, end) for mark in marks]
            if any(0 < share < RIM for share in shares):
                continue
            held = [mark for mark, share in zip(marks, shares, strict=True) if share]
            kinds = dict.fromkeys(kind for mark in held for kind in mark.kinds)
            yield from (Example(text[begin:end], FAMILY + kind if kind else None) for kind in kinds or [""])


def _read(line: str) -> tuple[str, list[Mark]]:
    """A turn's text and what is marked in it."""
    text, marks = "", []
    for said, kinds, objection in _MARKED.findall(line):
        text += said
        if kinds:
            marks.append(Mark(len(text), len(text) + len(objection), tuple(kinds.split("+"))))
        text += objection
    return text, marks
