"""The pattern language: phrases that read like English, with a few marks.

Words are matched whatever their case and punctuation, with contractions opened and hesitations left out
(:mod:`nlp.words`), so ``we don't have`` also matches "um, we really do not have". The marks:

=================  ===================================================================================
``(a|b c|d)``      one of these
``[a|b]``          one of these, or nothing
``~sign``          the word and its written forms: sign, signs, signed, signing
``@boss``          any entry of the list ``boss`` in playbook.yml
``<n>``            a number, in digits or words, of any length
``*``              any one word
``..``             up to three words
``...``            up to eight words
``^`` and ``$``    the beginning and the end of a sentence
``?`` at the end   the sentence must be a question (by its mark, or by how it begins)
``>`` at the end   of an ``unless`` pattern: it stops only what begins after it begins ("people say >")
``<`` in front     of an ``unless`` pattern: it stops only what ends before it ends ("< until we tried it")
=================  ===================================================================================

Grammar::

    pattern  = ["<"] ["^"] item+ ["$"] ["?"] [">"]
    item     = word | "~" word | "@" name | "<n>" | "*" | ".." | "..." | "(" choice ")" | "[" choice "]"
    choice   = item+ ("|" item+)*

Nothing matches across the end of a sentence. A pattern must hold at least one fixed word.

How patterns are run: :mod:`nlp.matching`.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple, TypeAlias

from nlp.inflect import family
from nlp.words import BREAK, plain, word_set

_LEX = re.compile(r"\s*(\.\.\.|\.\.|<n>|[()\[\]|*^$?]|[~@]?[^\s()\[\]|*^$?<]+)")
_END_OF_TEXT = ""
_MARKS = frozenset(["<n>", "(", ")", "[", "]", "|", "*", "^", "$", "?", "..", "..."])
_MOST_PHRASES = 40  # of one pattern, written out; more make loading slow, and a row is as quick
_COMMON = word_set(
    "a an the i you we he she it they me us him her them my your our their his this that these those is are",
    "was were be been am do does did have has had will would can could should not no and or but so if to of in",
    "on at for with from by as about up out what how who when where why which there here all any some one get",
    "got go going just now then than too very more want",
)


class PatternError(ValueError):
    """The pattern cannot be read."""


class Choice(NamedTuple):
    """One of these rows; or none, where none is ``needed``."""

    rows: tuple[Row, ...]
    needed: bool


GAPS = {"*": (1, 1), "..": (0, 3), "...": (0, 8)}  # fewest and most words
NUMBER, START, END = "<n>", "^", "$"
LOOSE = {**{gap: most - least + 1 for gap, (least, most) in GAPS.items()}, NUMBER: 8}  # ways to read each, at worst
MOST_WAYS = 100_000  # of a pattern: tried within a few hundredths of a second
DEEPEST = 20  # brackets inside each other
# Any of these words; one of these rows; one of the marks above.
Token: TypeAlias = "frozenset[str] | Choice | str"  # noqa: S105
Row: TypeAlias = tuple[Token, ...]
Stops: TypeAlias = Literal["", "after", "before"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A read pattern: a row of tokens. ``stops``: where what an ``unless`` pattern stops stands ("" is anywhere)."""

    text: str
    row: Row
    asks: bool
    stops: Stops = ""

    def phrases(self) -> list[tuple[str, ...]] | None:
        """Every written phrase, or None where the pattern has gaps or numbers, or too many phrases."""
        return _phrases(self.row)


def _phrases(row: Row) -> list[tuple[str, ...]] | None:
    out: list[tuple[str, ...]] = [()]
    for token in row:
        options: list[tuple[str, ...]] = []
        if isinstance(token, Choice):
            options = [] if token.needed else [()]
            for phrases in map(_phrases, token.rows):
                if phrases is None:
                    return None
                options += phrases
        elif token == NUMBER or token in GAPS:
            return None
        else:
            options = [(BREAK,)] if isinstance(token, str) else [(word,) for word in sorted(token)]
        if len(out) * len(options) > _MOST_PHRASES:
            return None
        out = [(*before, *option) for before in out for option in options]
    return out


def words(row: Row) -> frozenset[str]:
    """Every word that a row names."""
    parts = (
        token if isinstance(token, frozenset) else frozenset[str]().union(*map(words, token.rows))
        for token in row
        if not isinstance(token, str)
    )
    return frozenset[str]().union(*parts)


def longest(row: Row) -> int:
    """The most words that a row can match, a number reckoned as eight."""
    return sum(max(map(longest, token.rows)) if isinstance(token, Choice) else _MOST.get(token, 1) for token in row)


_MOST: dict[Token, int] = {NUMBER: 8, **{gap: most for gap, (_, most) in GAPS.items()}}


def anchors(row: Row) -> list[frozenset[str]]:
    """Sets of words of which a row needs one each, rarest first. A number is the word ``<n>``."""
    found = []
    for token in row:
        if isinstance(token, frozenset):
            found.append(token)
        elif token == NUMBER:
            found.append(frozenset([NUMBER]))
        elif isinstance(token, Choice) and token.needed:
            rarest = [anchors(option)[:1] for option in token.rows]
            if all(rarest):
                found.append(frozenset[str]().union(*itertools.chain.from_iterable(rarest)))
    return sorted(found, key=lambda words: (len(words & _COMMON), len(words)))


def read(text: str, lists: Mapping[str, Sequence[str]] | None = None) -> Pattern:
    """Read one pattern. Raises :class:`PatternError` with what is wrong and where it stands."""
    reader = _Reader(text, lists or {})
    (row,) = reader.choice(closing="")
    if not any(words - {NUMBER} for words in anchors(row)):
        raise PatternError(f"{text!r} can match without a fixed word")
    if _has(START, row[1:]) or _has(END, row[:-1]):
        raise PatternError(f"{text!r}: ^ can only stand at the beginning, $ only at the end")
    if _ways(row) > MOST_WAYS:
        raise PatternError(f"{text!r} can be read in too many ways; use fewer gaps, or write it as several patterns")
    return Pattern(text, row, reader.asks, reader.stops)


def _ways(row: Row) -> int:
    """In how many ways the same words may have to be tried at worst."""
    return math.prod(_ways_of(token) if isinstance(token, Choice) else LOOSE.get(str(token), 1) for token in row)


def _ways_of(choice: Choice) -> int:
    ways = [_ways(option) for option in choice.rows]
    begins = [option[0] if option else None for option in choice.rows]
    words = [begin for begin in begins if isinstance(begin, frozenset)]
    apart = len(words) == len(begins) and len(frozenset().union(*words)) == sum(map(len, words))
    return (max(ways) if apart else sum(ways)) + (not choice.needed)


def _has(mark: str, row: Row) -> bool:
    return any(
        any(_has(mark, option) for option in token.rows) if isinstance(token, Choice) else token == mark
        for token in row
    )


def _one(rows: Sequence[Row]) -> Row:
    """These rows as one; rows that differ in one word only are merged: ``(a b|a c)`` is a row of two tokens."""
    out = list(dict.fromkeys(rows))
    for place in range(max(map(len, out)) if len(out) > 1 else 0):
        alike: dict[tuple[object, ...], Row] = {}
        for row in out:
            found = row[place] if place < len(row) else None
            if not isinstance(found, frozenset):
                alike[row] = row
                continue
            left, right = row[:place], row[place + 1 :]
            before = alike.get((None, left, right))
            alike[None, left, right] = (*left, before[place] | found, *right) if before else row  # type: ignore[operator]
        out = list(alike.values())
    return out[0] if len(out) == 1 else (Choice(tuple(out), needed=True),)


def _optional(row: Row) -> Row:
    """The row or nothing."""
    match row:
        case ((".." | "..."),):
            return row  # a gap may hold nothing as it is
        case (Choice(rows, True),):
            return (Choice(rows, needed=False),)
    return (Choice((row,), needed=False),)


@functools.lru_cache(maxsize=1000)
def _listed(entries: tuple[str, ...]) -> Row:
    """The row of a word list; its entries may use every mark but another list."""
    return _one([row for entry in entries for row in _Reader(entry, {}).choice(_END_OF_TEXT)])


class _Reader:
    """A recursive-descent reader of one pattern."""

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]]) -> None:
        self.text, self.lists = text, lists
        body = text.strip()
        self.stops: Stops = "after" if body.endswith(" >") else "before" if body.startswith("< ") else ""
        body = body.removesuffix(" >").removeprefix("< ").rstrip()
        self.asks = body.endswith("?")
        body = body.removesuffix("?").replace("…", "...")
        self.tokens = [m.group(1) for m in _LEX.finditer(body)]
        self.at = 0
        self.depth = 0

    def choice(self, closing: str) -> list[Row]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternError(f"{self.text!r}: too many brackets inside each other")
        try:
            return self._choice(closing)
        finally:
            self.depth -= 1

    def _choice(self, closing: str) -> list[Row]:
        rows: list[Row] = []
        sequence: list[Row] = []
        literal: list[str] = []
        while True:
            mark = self.tokens[self.at] if self.at < len(self.tokens) else _END_OF_TEXT
            self.at += 1
            if mark and not (mark in _MARKS or mark[0] in "~@"):
                literal.append(mark)
                continue
            if literal:
                heard = plain(" ".join(literal))
                unheard = [word for word in literal if not plain(word)]
                if unheard or len(heard) < sum(len(plain(word)) for word in literal):
                    left_out = " ".join(unheard or literal)
                    raise PatternError(
                        f"{self.text!r}: {left_out!r} is left out of what is heard; leave it out here too"
                    )
                sequence.append(tuple(frozenset([word]) for word in heard))
                literal = []
            if mark in ("", "|", ")", "]"):
                if not sequence:
                    raise PatternError(f"{self.text!r}: nothing stands before {mark or 'the end'!r}")
                rows.append(tuple(itertools.chain.from_iterable(sequence)))
                sequence = []
                if mark == "|" and closing:
                    continue
                if mark != closing:
                    raise PatternError(f"{self.text!r}: expected {closing or 'the end'!r}, found {mark or 'the end'!r}")
                return rows
            sequence.append(self._item(mark))

    def _item(self, mark: str) -> Row:
        match mark:
            case "(":
                return _one(self.choice(")"))
            case "[":
                return _optional(_one(self.choice("]")))
            case "<n>" | "^" | "$" | "*" | ".." | "...":
                return (mark,)
        if mark[0] == "~" and len(mark) > 1:
            return (frozenset(word for form in family(mark[1:].lower()) for word in plain(form)),)
        if mark[0] == "@" and mark[1:] in self.lists:
            return _listed(tuple(self.lists[mark[1:]]))
        raise PatternError(f"{self.text!r}: {self._complaint(mark)}")

    def _complaint(self, mark: str) -> str:
        if mark == "?":
            return "'?' can only stand at the end"
        if mark == "~":
            return "'~' needs a word right behind it, as in ~sign"
        if mark[0] == "@" and not self.lists:
            return f"{mark!r}: there is no such list, and a list may not use another"
        close = get_close_matches(mark[1:], self.lists, 1)
        return f"no list {mark[1:]!r} in playbook.yml" + (f"; do you mean @{close[0]}?" if close else "")
