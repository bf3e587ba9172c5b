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
=================  ===================================================================================

Grammar::

    pattern  = ["^"] item+ ["$"] ["?"]
    item     = word | "~" word | "@" name | "<n>" | "*" | ".." | "..." | "(" choice ")" | "[" choice "]"
    choice   = item+ ("|" item+)*

Nothing matches across the end of a sentence. A pattern must hold at least one fixed word.

How patterns are run: :mod:`nlp.matching`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nlp.inflect import family
from nlp.words import BREAK, plain, word_set

_LEX = re.compile(r"\s*(\.\.\.|\.\.|<n>|[()\[\]|*^$?]|[~@]?[^\s()\[\]|*^$?<]+)")
_END_OF_TEXT = ""
_MARKS = frozenset(["<n>", "(", ")", "[", "]", "|", "*", "^", "$", "?", "..", "..."])
_MOST_PHRASES = 200  # of one pattern, written out; a wider one is cheaper as token patterns
_MOST_SPECS = 1200  # token patterns of one pattern
_COMMON = word_set(
    "a an the i you we he she it they me us him her them my your our their his this that these those is are",
    "was were be been am do does did have has had will would can could should not no and or but so if to of in",
    "on at for with from by as about up out what how who when where why which there here all any some one get",
    "got go going just now then than too very more want",
)


class PatternError(ValueError):
    """The pattern cannot be read."""


@dataclass(frozen=True, slots=True)
class _Gap:
    most: int
    least: int = 0


@dataclass(frozen=True, slots=True)
class _Maybe:
    words: frozenset[str]


_GAPS = {"*": _Gap(1, 1), "..": _Gap(3), "...": _Gap(8)}
_NUMBER, _START, _END = "<n>", "^", "$"
# Any of these words; any of them or none; a gap; one of the marks above.
_Token: TypeAlias = frozenset[str] | _Maybe | _Gap | str
Row: TypeAlias = tuple[_Token, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A read pattern: every way to say it as a row of tokens."""

    text: str
    rows: tuple[Row, ...]
    asks: bool

    def phrases(self) -> list[list[str]] | None:
        """Every written phrase, or None where the pattern has gaps or numbers, or too many phrases."""
        out: list[list[str]] = []
        for row in self.rows:
            choices: list[Sequence[str]] = []
            size = 1
            for token in row:
                if isinstance(token, _Gap) or token == _NUMBER:
                    return None
                if isinstance(token, _Maybe):
                    choices.append(["", *sorted(token.words)])
                else:
                    choices.append([BREAK] if isinstance(token, str) else sorted(token))
                size *= len(choices[-1])
            if len(out) + size > _MOST_PHRASES:
                return None
            out.extend([word for word in words if word] for words in itertools.product(*choices))
        return out

    def anchors(self) -> list[list[frozenset[str]]]:
        """For each row the sets of words of which it needs one each, rarest first."""
        return [sorted((t for t in row if isinstance(t, frozenset)), key=_commonness) for row in self.rows]


def _commonness(words: frozenset[str]) -> tuple[int, int, list[str]]:
    return (len(words & _COMMON), len(words), sorted(words))


def specs(row: Row) -> list[dict[str, Any]]:
    """One way to say a pattern, as a token pattern for spaCy's Matcher."""
    return [_spec(token) for token in row]


def _spec(token: _Token) -> dict[str, Any]:
    if isinstance(token, frozenset):
        return {"ORTH": next(iter(token))} if len(token) == 1 else {"ORTH": {"IN": sorted(token)}}
    if isinstance(token, _Maybe):
        return {"ORTH": {"IN": sorted(token.words)}, "OP": "?"}
    if isinstance(token, _Gap):
        return {"IS_PUNCT": False, "OP": f"{{{token.least},{token.most}}}"}
    if token == _NUMBER:
        return {"LIKE_NUM": True, "OP": "+"}
    return {"ORTH": BREAK}


def read(text: str, lists: Mapping[str, Sequence[str]] | None = None) -> Pattern:
    """Read one pattern. Raises :class:`PatternError` with what is wrong and where it stands."""
    reader = _Reader(text, lists or {})
    rows = tuple(dict.fromkeys(_merged(reader.choice(closing=""))))
    if any(not any(isinstance(t, frozenset) for t in row) for row in rows):
        raise PatternError(f"{text!r} can match without a fixed word")
    return Pattern(text, rows, reader.asks)


def _merged(rows: Sequence[Row]) -> list[Row]:
    """Rows that differ in one word only become one row: ``(a b|a c)`` is one row of two tokens."""
    out: list[Row] = []
    at: dict[tuple[object, ...], int] = {}
    for row in dict.fromkeys(rows):
        for place, token in enumerate(row):
            if not isinstance(token, frozenset):
                continue
            old = at.get((place, *row[:place], None, *row[place + 1 :]))
            if old is not None and (before := out[old][place]) and isinstance(before, frozenset):
                out[old] = (*row[:place], before | token, *row[place + 1 :])
                at = {key: number for key, number in at.items() if number != old} | _holes(out[old], old)
                break
        else:
            at |= _holes(row, len(out))
            out.append(row)
    return out


def _holes(row: Row, number: int) -> dict[tuple[object, ...], int]:
    """The row with each of its words left out in turn, to find rows like it."""
    return {(i, *row[:i], None, *row[i + 1 :]): number for i, token in enumerate(row) if isinstance(token, frozenset)}


def _optional(rows: Sequence[Row]) -> list[Row]:
    """The rows or nothing; a choice among single words becomes one token that may be absent."""
    single = frozenset[str]().union(*(row[0] for row in rows if len(row) == 1 and isinstance(row[0], frozenset)))
    rest = [row for row in rows if not (len(row) == 1 and isinstance(row[0], frozenset))]
    if all(len(row) == 1 and isinstance(row[0], _Gap) and not row[0].least for row in rest) and rest:
        return rest
    return [*rest, (_Maybe(single),) if single else ()]


@functools.lru_cache(maxsize=1000)
def _listed(entries: tuple[str, ...]) -> tuple[Row, ...]:
    """The rows of a word list; its entries may use every mark but another list."""
    return tuple(_merged([row for entry in entries for row in _Reader(entry, {}).choice(_END_OF_TEXT)]))


class _Reader:
    """A recursive-descent reader of one pattern."""

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]]) -> None:
        self.text, self.lists = text, lists
        self.asks = text.rstrip().endswith("?")
        body = text.rstrip().removesuffix("?")
        self.tokens = [m.group(1) for m in _LEX.finditer(body)]
        self.at = 0

    def choice(self, closing: str) -> list[Row]:
        rows: list[Row] = []
        sequence: list[list[Row]] = []
        literal: list[str] = []
        while True:
            mark = self.tokens[self.at] if self.at < len(self.tokens) else _END_OF_TEXT
            self.at += 1
            if mark and not (mark in _MARKS or mark[0] in "~@"):
                literal.append(mark)
                continue
            if literal:
                words = plain(" ".join(literal))
                unheard = [word for word in literal if not plain(word)]
                if unheard or len(words) < sum(len(plain(word)) for word in literal):
                    left_out = " ".join(unheard or literal)
                    raise PatternError(
                        f"{self.text!r}: {left_out!r} is left out of what is heard; leave it out here too"
                    )
                sequence.append([tuple(frozenset([w]) for w in words)])
                literal = []
            if mark in ("", "|", ")", "]"):
                if not sequence:
                    raise PatternError(f"{self.text!r}: nothing stands before {mark or 'the end'!r}")
                rows.extend(self._product(sequence))
                sequence = []
                if mark == "|" and closing:
                    continue
                if mark != closing:
                    raise PatternError(f"{self.text!r}: expected {closing or 'the end'!r}, found {mark or 'the end'!r}")
                return rows
            sequence.append(self._item(mark))

    def _item(self, mark: str) -> list[Row]:
        match mark:
            case "(":
                return _merged(self.choice(")"))
            case "[":
                return _optional(self.choice("]"))
            case "<n>" | "^" | "$":
                return [(mark,)]
            case "*" | ".." | "...":
                return [(_GAPS[mark],)]
        if mark[0] == "~" and len(mark) > 1:
            return [(frozenset(w for form in family(mark[1:].lower()) for w in plain(form)),)]
        if mark[0] == "@" and mark[1:] in self.lists:
            return list(_listed(tuple(self.lists[mark[1:]])))
        raise PatternError(f"{self.text!r}: {mark!r} is neither a mark nor a list of this playbook")

    def _product(self, sequence: list[list[Row]]) -> Iterator[Row]:
        size = 1
        for options in sequence:
            size *= len(options)
        if size > _MOST_SPECS:
            raise PatternError(f"{self.text!r} has {size} forms; write it as several patterns")
        for combination in itertools.product(*sequence):
            yield tuple(itertools.chain.from_iterable(combination))
