"""The sentence that a tag stands in: what people judge. Its key outlives a new playbook and swapped speakers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.records import Turn

END = re.compile(r"[.?!;:…]+[\"'”’)\]»]*(?=\s|$)|[—–]|(?<=\s)-(?=\s)")  # noqa: RUF001  where the tagger ends one
_PLACE = re.compile(r"turn([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
LONGEST = 400  # code points of a sentence that are kept: speech without punctuation is one long one


@dataclass(frozen=True)
class Place:
    """A place in a turn's text."""

    turn: int
    start_char: int
    end_char: int


class Span(Protocol):
    """A tag, or anything else that stands in a turn."""

    @property
    def turn(self) -> int: ...
    @property
    def start_char(self) -> int: ...
    @property
    def end_char(self) -> int: ...


@dataclass(frozen=True)
class Sentence:
    """Where a sentence stands in its turn (code points, end exclusive), its text, and its key within the call."""

    key: str
    text: str
    start_char: int
    end_char: int


def around(turn: Turn, span: Span) -> Sentence:
    """The sentence around a span of a turn.

    Its key is the millisecond at which its first word begins; where that isn't known, its place in the text.
    """
    text = turn.text
    marks = [(0, 0), *(mark.span() for mark in END.finditer(text)), (len(text), len(text))]
    begin = max(end for _, end in marks if end <= span.start_char)
    end = min((end for start, end in marks[1:] if start >= span.end_char - 1), default=len(text))
    begin += len(text[begin:end]) - len(text[begin:end].lstrip())
    return Sentence(_key(turn, span.turn, begin), _short(text, begin, end, span), begin, end)


def locate(turns: Sequence[Turn], key: str) -> Place | None:
    """Where the sentence with this key stands by now; None where nothing begins there any more."""
    if key.isdigit():
        for number, turn in enumerate(turns):
            at = 0
            for word in turn.words:
                if round(word.start * 1000) == int(key):
                    return _whole(turn, Place(number, at, at + len(word.text)))
                at += len(word.text) + 1
        return None
    place = _PLACE.fullmatch(key)
    number, at = (int(place[1]), int(place[2])) if place else (0, -1)
    return _whole(turns[number], Place(number, at, at + 1)) if at >= 0 and number < len(turns) else None


def _whole(turn: Turn, place: Place) -> Place | None:
    found = around(turn, place)
    begins = found.start_char == place.start_char and found.text
    return Place(place.turn, found.start_char, found.end_char) if begins else None


def _short(text: str, begin: int, end: int, span: Span) -> str:
    if end - begin > LONGEST:
        room = max(0, LONGEST - (span.end_char - span.start_char)) // 2
        first, last = max(begin, span.start_char - room), min(end, span.end_char + room)
        begin = first if first == begin else text.find(" ", first, span.start_char) + 1 or span.start_char
        end = last if last == end else max(text.rfind(" ", span.end_char, last), span.end_char)
    return text[begin:end].strip()


def _key(turn: Turn, number: int, start_char: int) -> str:
    at = 0
    for word in turn.words:
        if at >= start_char:
            return str(round(word.start * 1000))
        at += len(word.text) + 1
    return f"turn{number}-{start_char}"
