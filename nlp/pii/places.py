"""Addresses: a street with its number, in the orders of several countries, post office boxes, a state with its ZIP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp.pii.lexicon import either, number_words, words
from nlp.pii.talk import Talk

AHEAD = 80  # code points after a number in which the street's name ends
BEHIND = 44
CUE = 70
_AT = re.compile(r"\b(?:at|to|is|on|it's|in|from)\s+$")
_ZIP = re.compile(r"(?<!\d)\d{5}(?![\d,])")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    streets = words()["streets"]
    one = number_words()
    number = rf"(?:\d{{1,5}}[a-z]?|{one}(?:[\s-]+(?:and\s+)?{one}){{0,4}}(?:\s[a-z])?)"
    kinds = either(streets["sure"], streets["doubtful"])
    unit = rf"(?:,?\s+(?:{either(streets['units'])})\s+(?:number\s+)?(?:\d+[a-z]?|{one}(?:\s[a-z]\b)?|[a-z])\b)?"
    name = r"(?P<name>(?:[\w'’.-]+\s+){1,4}?)"  # noqa: RUF001
    small = r"(?:(?:de|del|du|des|di|da|la|le|les|los|las)\s+|l')*"
    return {
        "after": re.compile(
            rf"{number},?\s+{name}(?P<kind>{kinds})\b(?!\s+(?:{either(streets['sure'])})\b)(?:\s+(?:north|south|east|west)\b)?{unit}"
        ),
        "first": re.compile(
            rf"\d{{1,4}}(?:\s?bis)?,?\s+(?:{either(streets['before'])})\s+(?P<name>{small}\w+(?:[\s-]\w+){{0,2}})"
        ),
        "named": re.compile(rf"\b(?:{either(streets['before'])})\s+(?P<name>{small}\w+(?:\s\w+)?),?\s+$"),
        "ending": re.compile(rf"\b(?P<name>[^\W\d_]{{2,}}(?:{either(streets['endings'])}))\s+$"),
        "box": re.compile(r"\bp\.?\s?o\.?\s+box\s+(?:number\s+)?$"),
        "number": re.compile(number),
        "unit": re.compile(rf"\b(?:{either(streets['units'])})\s+(?:\d+[a-z]?,?\s+)?$"),
        "state": re.compile(rf"\b(?:{either(words()['states'])})[\s,]+$"),
        "cue": re.compile(rf"\b(?:{either(streets['cues'])})\b"),
    }


def find(talk: Talk, at: int) -> Iterator[tuple[str, int, int]]:
    """The address whose number begins here."""
    patterns, turn = _patterns(), talk.turn(at)
    while at > talk.starts[turn] and talk.low[at - 1].isalnum():
        at -= 1
    if at and talk.low[at - 1] in "$£€":
        return
    end = talk.end(turn)
    after = patterns["after"].match(talk.low, at, min(end, at + AHEAD))
    if after and _street(talk, after):
        unit = patterns["unit"].search(talk.low, max(talk.starts[turn], at - 20), at)
        yield "address", unit.start() if unit else at, after.end()
    first = patterns["first"].match(talk.low, at, min(end, at + AHEAD))
    if first and _capital(talk, first, first.start("name")):
        yield "address", first.start(), _name_end(talk, first)
    floor = max(talk.starts[turn], at - BEHIND)
    number = patterns["number"].match(talk.low, at, end)
    if _ZIP.match(talk.low, at) and patterns["state"].search(talk.low, floor, at):
        yield "address", at, at + 5
    behind = talk.low[floor:at]
    if _before().search(behind) is None:
        return
    for kind in ("named", "ending", "box"):
        before = patterns[kind].search(talk.low, floor, at)
        if before and number and (kind == "box" or _capital(talk, before, before.start("name"))):
            yield "address", before.start(), number.end()


@cache
def _before() -> re.Pattern[str]:
    streets = words()["streets"]
    return re.compile(rf"(?:{either(streets['before'], streets['endings'], ['box'])})\s+(?:\S+\s+){{0,5}}$")


def _name_end(talk: Talk, found: re.Match[str]) -> int:
    """The end of a street's name: small words after its capitals are no part of it."""
    name = talk.text[found.start("name") : found.end()]
    last = max((m.end() for m in re.finditer(r"\b[A-Z][\w'-]*", name)), default=len(name))
    return found.start("name") + last


def _capital(talk: Talk, found: re.Match[str], name: int) -> bool:
    """Whether a street's name is written like one, or an address was announced."""
    return any(word[:1].isupper() for word in talk.text[name : found.end()].split()) or _announced(talk, found.start())


def _street(talk: Talk, found: re.Match[str]) -> bool:
    streets = words()["streets"]
    name = found["name"].split()
    doubted = {word for word in name if word in streets["not_names"]}
    if found["kind"] in name or not doubted <= set(streets["hardly_names"]):
        return False
    written = talk.text[found.start("name") : found.end("kind")].split()
    if all(word[:1].isupper() or word[:1].isdigit() for word in written) or _announced(talk, found.start()):
        return True
    if doubted or found["kind"] not in streets["sure"]:
        return False
    return written[0][:1].isupper() or _AT.search(talk.low, max(0, found.start() - 12), found.start()) is not None


def _announced(talk: Talk, start: int) -> bool:
    floor = talk.asked(start)
    return _patterns()["cue"].search(talk.low, max(floor, start - CUE), start) is not None
