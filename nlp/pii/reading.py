"""Numbers as they are read out: digits, number words, "double five", single letters, over as many turns as it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nlp.pii.lexicon import corrections, spoken, words
from nlp.pii.talk import Talk

PROMPT = 6  # words with which the other side asks for the next part
IDLE = 6  # words that may stand between two parts of one number
LONGEST = 120  # parts of one number: nobody reads out more
LETTERS = 5  # capitals in a row that are letters of a number, as "NWBK"
LAST_TWO = 2
BEFORE_LAST_FOUR = 6  # digits of a telephone number
REACH = 60  # code points before the first digit in which its letters are looked for
_PLUS = re.compile(r"(?:\+|\bplus)[\s(]*$")
_SPELT = r"(?P<letter>[A-Za-z]),?\s(?:for|as\sin|like)\s(?i:(?P=letter)[a-z]+)"  # "N for November"
_CAPITALS = re.compile(rf"{_SPELT}|[A-Za-z]+")
_LETTERS = re.compile(rf"(?:(?<![\w'])(?:{_SPELT}|[A-Za-z]|[A-Z]{{2,5}})[ .,-]{{1,2}})+$")
# Numbers that are no parts of a longer one: amounts, times, shares, addresses of machines.
_AMOUNT = re.compile(
    r"(?<![\d][.,])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+[.,]\d{1,2}(?!\d|[.,]\d)|\d+:\d\d|\d{1,3}(?:\.\d{1,3}){3}(?![.\d])"
    r"|\d+(?:\.\d+)?\s?%|\d+\.\d+\.\d+(?![.\d])(?<!\d{4})(?<!\d\d\d))"
)
_GLUE = frozenset("-–—.,/()+…\n")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a number: its digits or capital letters ("+" where it is said), and where it stands."""

    text: str
    start: int
    end: int


@cache
def _sets() -> tuple[dict[str, int], frozenset[str], frozenset[str], frozenset[str]]:
    known = words()
    return known["times"], frozenset(known["between"]), frozenset(known["amounts"]), frozenset(known["capitals"])


@cache
def _token() -> re.Pattern[str]:
    several = "|".join(one.replace(" ", r"\s") + r"\b" for one in sorted(_sets()[1]) if " " in one)
    return re.compile(rf"(?P<taken_back>(?:{corrections()})\b)|(?<!\w){_SPELT}|{several}|[^\W_]+(?:['’][^\W_]+)*|\n|\S")  # noqa: RUF001


def read(talk: Talk, at: int) -> list[Item]:
    """The number that begins at a digit or a number word; empty where it is an amount."""
    while at and talk.low[at - 1].isalnum():
        at -= 1
    reader = _Reader(talk)
    here: int | None = at
    while here is not None:
        here = _past_prompt(talk, reader.items, _run(reader, here))
    return reader.items


def past(talk: Talk, at: int) -> int:
    """Where to look for the next number, where none begins here: behind an amount, "400,000" is none of "1,400,000"."""
    amount = _AMOUNT.match(talk.low, at)
    return amount.end() if amount else at + 1


def _run(reader: _Reader, at: int) -> int | None:
    """Read on from here to the word that is no part of a number; None where nothing may follow."""
    between, amounts = _sets()[1:3]
    idle = 0
    for found in _token().finditer(reader.talk.low, at):
        word, (start, end) = found["letter"] or found.group(), found.span()
        if reader.take(word, start, end):
            idle = 0
        elif word in between or found["taken_back"]:
            idle += 1
        elif word in amounts:
            del reader.items[-1:]
            return None
        elif word not in _GLUE:
            return start
        if idle > IDLE or len(reader.items) > LONGEST:
            return None
    return None


def _past_prompt(talk: Talk, items: list[Item], stop: int | None) -> int | None:
    """Where a number goes on after the other side's "and the last four?"; None where it doesn't."""
    if stop is None or not items:
        return None
    turn = talk.turn(stop)
    said = [item for item in items if talk.turn(item.start) < turn]
    if not said or turn + 1 >= len(talk.turns) or talk.speaker(stop) == talk.speaker(said[-1].start) != "unknown":
        return None
    if len(talk.turns[turn].text.split()) > PROMPT or talk.speaker(said[-1].start) != talk.turns[turn + 1].speaker:
        return None
    first = _token().match(talk.low, talk.starts[turn + 1])
    if first is None or not (first.group()[0].isdigit() or first.group() in spoken() or first.group() in _sets()[0]):
        return None
    items[:] = said
    return talk.starts[turn + 1]


class _Reader:
    """Puts words together into items, one after another."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.items: list[Item] = []
        self.times, self.begun = 1, 0  # "triple" was said, and where

    def take(self, word: str, start: int, end: int) -> bool:
        """Whether this word is part of a number; if so it is taken."""
        if not word.isalpha():
            if word.isalnum() and not _AMOUNT.match(self.talk.low, start):
                self.items.append(Item(word.upper(), start, end))
                return True
            return False
        digits = spoken().get(word)
        if digits is not None and (word != "o" or self.items):
            self._say(digits, start, end)
        elif word == "hundred" and self.items and len(self.items[-1].text) <= LAST_TWO:
            self.items[-1] = Item(self.items[-1].text + "00", self.items[-1].start, end)
        elif word == "thousand" and self._last_four():
            self.items[-1] = Item(self.items[-1].text + "000", self.items[-1].start, end)
        elif self.times == 1 and word in (times := _sets()[0]):
            self.times, self.begun = times[word], start
            return True
        elif self._lettered(word, start, end):
            self.items.append(Item(word.upper() * self.times, start, end))
        elif word == "plus":
            self.items.append(Item("+", start, end))
        else:
            return False
        self.times = 1
        return True

    def _say(self, digits: str, start: int, end: int) -> None:
        last = self.items[-1] if self.items else None
        if self.times > 1:
            self.items.append(Item(digits * self.times, self.begun, end))
        elif last is not None and len(digits) == 1 and digits != "0" and self._twenty(last, start):
            self.items[-1] = Item(last.text[0] + digits, last.start, end)  # "twenty one"
        else:
            self.items.append(Item(digits, start, end))

    def _twenty(self, last: Item, start: int) -> bool:
        low = self.talk.low
        return low[last.end : start] in (" ", "-") and low[last.start : last.end] in words()["tens"]

    def _last_four(self) -> bool:
        """Whether a "thousand" would end a telephone number: "six one seven, two five three, one thousand"."""
        *earlier, last = self.items or [Item("", 0, 0)]
        return len(last.text) == 1 and sum(len(item.text) for item in earlier) >= BEFORE_LAST_FOUR

    def _lettered(self, word: str, start: int, end: int) -> bool:
        if len(word) == 1:
            return True
        return len(word) <= LETTERS and self.talk.text[start:end].isupper() and word not in _sets()[3]


def before(talk: Talk, items: list[Item]) -> list[Item]:
    """Single letters and short capitals right before a number: the "N L" of "N L nine one A B N A"."""
    start = items[0].start
    floor = max(talk.starts[talk.turn(start)], start - REACH)
    found = _LETTERS.search(talk.text, floor, start)
    plus = _PLUS.search(talk.low, max(0, start - 8), start)
    if plus:
        return [Item("+", plus.start(), plus.end())]
    if not found:
        return []
    capitals = _sets()[3]
    made = [
        Item((m["letter"] or m.group()).upper(), m.start(), m.end())
        for m in _CAPITALS.finditer(talk.text, found.start(), start)
    ]
    while made and (made[0].text.lower() in capitals or (len(made) == 1 and made[0].text in ("A", "I"))):
        del made[0]
    made = [item for item in made if item.text.lower() not in capitals]
    if made and made[-1].text == "O" and (len(made) == 1 or made[-2].text == "O"):  # a nought, not a letter
        made = [Item("0", item.start, item.end) for item in made if item.text == "O"]
    return made
