"""E-mail addresses, written ("jane.doe@example.com") and said ("jane dot doe at example dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nlp.pii.lexicon import either, number_words, words
from nlp.pii.talk import Talk

BEHIND, AHEAD = 140, 90  # code points around a "dot" or "@" that are looked at
CUE = 110  # code points before an address in which it is asked for or announced
SPELT = 3  # letters of an ending that may be said one by one: "dot c o m"
_WRITTEN = re.compile(r"(?<![\w.+-])[\w.+'’-]++@[\w-]+(?:\.[\w-]+)*")  # noqa: RUF001


@cache
def _said() -> re.Pattern[str]:
    mail = words()["mail"]
    sign = r"(?:dot|underscore|dash|hyphen|plus|minus|period|point)"
    small = rf"(?:(?!{sign}\b)(?:{either(words()['between'])})\b)"
    gap = rf"(?>[\s,]+|\.\s*\n)(?:{small}[.,]*\s+)*+"
    letter = rf"(?:(?:(?:double|triple)\s+)?[a-z](?![\w'’])(?:\s+(?:as\s+in|for)\s+\w+)?|{number_words()}\b)"  # noqa: RUF001
    atom = rf"(?>{letter}|[a-z\d][\w'’+]*+)"  # noqa: RUF001
    local = rf"(?P<local>(?<![\w'’]){atom}(?:(?:{gap}{sign}{gap}|[._-]|[\s,-]+(?={letter}))(?!at\b){atom}){{0,40}}+)"  # noqa: RUF001
    ends = either(mail["endings"], (" ".join(end) for end in mail["endings"] if len(end) <= SPELT))
    label = rf"(?:{letter}(?:[\s,-]+{letter})+(?:\s+[a-z\d-]+)?|(?:[a-z\d-]+\s+){{0,2}}[a-z\d-]+)"
    dot = r"(?:\s+dot\s+|\.)"
    return re.compile(
        rf"{local}(?:{gap}at{gap}|\s*@\s*)"
        rf"(?P<domain>{label}(?:(?:{dot}|{gap}(?:dash|hyphen){gap}){label}){{0,4}}?(?:{dot}(?:{ends})\b)++)"
    )


@cache
def _announcement() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    mail = words()["mail"]
    return (
        re.compile(rf"\b(?:{either(mail['cues'])})\b"),
        re.compile(rf"(?:{either(mail['providers'])})\b"),
        re.compile(r"[^.?!\n]{0,30}\be-?mail\b"),
    )


def find(talk: Talk, at: int) -> Iterator[tuple[str, int, int]]:
    """The addresses around a "dot" or an "@"; parts that were repeated before it count as well."""
    floor, ceiling = max(0, at - BEHIND), min(len(talk.low), at + AHEAD)
    while floor and not talk.low[floor - 1].isspace():
        floor -= 1
    for found in _WRITTEN.finditer(talk.text, floor, ceiling):
        yield "email", found.start(), found.end()
    for found in _said().finditer(talk.low, floor, ceiling):
        start = _start(talk, found)
        if start is None:
            continue
        yield "email", start, found.end()
        local = found["local"]
        if len(local) > 3 and re.search(r"\b(?:dot|underscore|dash)\b", local):
            begin = max(0, start - BEHIND)
            for again in re.finditer(rf"(?<!\w){re.escape(local)}(?!\w)", talk.low[begin:start]):
                yield "email", begin + again.start(), begin + again.end()


def _start(talk: Talk, found: re.Match[str]) -> int | None:
    """Where the address begins; None where "at" is only a word: "have a look at example dot com"."""
    mail = words()["mail"]
    local, start = found["local"], found.start()
    while (word := re.match(r"([a-z']{2,})[\s,]+(?=\S)", local)) and word[1] in mail["stops"]:
        local, start = local[word.end() :], start + word.end()
    plain = local.replace("'", "").isalpha() and len(local) > 1
    if plain and (local in mail["not_names"] or local in mail["stops"]):
        return None
    announced, provider, called = _announcement()
    turn = talk.asked(start)
    known = provider.match(found["domain"]) or "@" in found.group()
    told = announced.search(talk.low, max(turn, start - CUE), start) or called.match(talk.low, found.end())
    if plain and not (known or told):
        return None
    if plain and "@" not in found.group():  # a name said in two words
        line = talk.starts[talk.turn(start)]
        for _ in range(2):
            before = re.search(r"(?<![\w'])([a-z]{3,})\s$", talk.low[max(line, start - 20) : start])
            if before is None or before[1] in mail["stops"] or before[1] in mail["not_names"]:
                break
            start -= len(before.group())
    return start
