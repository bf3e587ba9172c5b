"""Dates of birth: a day and a month beside "born", "date of birth", "birthday"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp.pii.lexicon import either, number_words, words
from nlp.pii.talk import Talk

BEHIND, AHEAD = 60, 110
LONGEST = 80  # code points of a date
_IS = re.compile(r"^\W*(?:is|was|that's)\b[^.?!]*$")
_IS_MY = re.compile(r"^,?\s*(?:is|was|that's)\s+(?:[\w']+\s+){0,3}$")
TURNS = 6  # in which a date may be told after its name


@cache
def _date() -> re.Pattern[str]:
    known = words()
    number, month = number_words(), rf"(?:{either(known['months'])})\b\.?"
    ordinal = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|(?:(?:twenty|thirty)[\s-])?(?:{either(known['ordinals'])}))\b"
    below = either(known["digits"], known["teens"])
    count = rf"(?:\d{{1,2}}\b|(?:(?:twenty|thirty)[\s-])?(?:{below})\b|(?:twenty|thirty)\b)"
    day = rf"(?:the\s+)?(?:{ordinal}|{count})"
    gap = rf"(?>[\s,.]+(?:(?:{either(known['between'])})[\s,.]+)*)"
    year = rf"(?:'?\d{{4}}\b|'?\d{{2}}\b|{number}(?:[\s-]+(?:and\s+)?{number}){{0,4}})"
    small = rf"(?:{number}\b)"
    return re.compile(
        rf"(?<![\w/.-])(?:\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}}(?!\d)|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}(?!\d)"
        rf"|(?P<first>{day}{gap}(?:(?:day\s+)?of\s+)?(?:{month}|the\s+{ordinal})(?:{gap}{year})?)"
        rf"|(?P<month>{month}{gap}{day}(?:{gap}{year})?)"
        rf"|{small}(?:[\s,-]+{small}){{2,9}})"
    )


def find(talk: Talk, at: int) -> Iterator[tuple[str, int, int]]:
    """The date of birth beside a word that announces one: right before it ("… is my birthday"), else first after it,
    in this turn or the next, else the last before it.
    """
    turn = talk.turn(at)
    floor = max(talk.starts[turn], at - BEHIND)
    before = [(m.start(), m.end()) for m in _date().finditer(talk.low, floor, at) if _IS.search(talk.low[m.end() : at])]
    if before and _IS_MY.search(talk.low[before[-1][1] : at]):
        yield "birth_date", *before[-1]
        return
    last = min(max(at, min(talk.end(turn), at + AHEAD)) + AHEAD, talk.end(min(turn + TURNS, len(talk.turns) - 1)))
    for found in _date().finditer(talk.low, at, min(last + LONGEST, len(talk.low))):
        if found.start() > last:
            break
        if not re.search(r"\bin\s+$", talk.low[max(0, found.start() - 4) : found.start()]):
            yield "birth_date", found.start(), found.end()
            return
    if before:
        yield "birth_date", *before[-1]
