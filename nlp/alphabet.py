"""Words as characters: a sentence becomes a short string, and a row of a pattern a regular expression over it.

Every word that a playbook names has a character of its own; all others share one, or one of those for numbers, for
punctuation and for the end of a sentence. Python's ``re`` then finds a row in about a microsecond, where a token
matcher takes thirty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nlp.patterns import END, GAPS, NUMBER, START, Choice, Row, Token
from nlp.words import BREAK, vocabulary

_STOP, _MARK, _NUMBER, _OTHER = "SPNO"
_FIRST = 0x100  # the first character of a playbook's own words: no sign of a regular expression
_REMEMBERED = 200_000  # words; a process may read calls for months


class Alphabet(dict[str, str]):
    """The character of each word."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__({word: chr(_FIRST + i) for i, word in enumerate(sorted(set(words) - {BREAK}))})
        self[BREAK] = _STOP
        self._room = len(self) + _REMEMBERED
        self._numbers = _NUMBER + "".join(char for word, char in self.items() if vocabulary()[word].like_num)

    def __missing__(self, word: str) -> str:
        """The character of a word that no pattern names."""
        known = vocabulary()[word]
        char = _NUMBER if known.like_num else _MARK if known.is_punct else _OTHER
        if len(self) < self._room:
            self[word] = char
        return char

    def write(self, words: Sequence[str]) -> str:
        """These words as a string, one character a word."""
        return "".join(map(self.__getitem__, words))

    def of(self, words: Iterable[str]) -> set[str]:
        """The characters of these words; ``<n>`` stands for all numbers."""
        return {char for word in words for char in (self._numbers if word == NUMBER else self[word])}

    def compile(self, row: Row) -> re.Pattern[str]:
        """The row as a regular expression."""
        return re.compile(self._expression(row))

    def _expression(self, row: Row) -> str:
        return "".join(map(self._piece, row))

    def _piece(self, token: Token) -> str:
        if isinstance(token, Choice):
            return f"(?:{'|'.join(map(self._expression, token.rows))}){'' if token.needed else '?'}"
        if token in (START, END):
            return _STOP
        if isinstance(token, str) and token in GAPS:
            return f"[^{_STOP}{_MARK}]{{{GAPS[token][0]},{GAPS[token][1]}}}"
        if token == NUMBER:
            return f"[{self._numbers}]+"
        chars = "".join(sorted(self.of(token)))
        return chars if len(chars) == 1 else f"[{chars}]"
