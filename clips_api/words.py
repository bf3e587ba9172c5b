"""Words as search sees them: case, punctuation, apostrophes and look-alike characters make no difference."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

APOSTROPHES = "'’‘ʼ`´＇"  # noqa: RUF001  what people and recognisers type
LONGEST = 400  # code points of a query that are looked at


@cache
def _word() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
    letters = rf"(?:[^\W_]|[{re.escape(marks)}])+"
    return re.compile(rf"{letters}(?:[{APOSTROPHES}]{letters})*")


@dataclass(frozen=True)
class Found:
    """One word of a text: where it stands (code points, end exclusive) and its folded form."""

    start: int
    end: int
    word: str


def fold(word: str) -> str:
    """One word in the form it is compared in; may be empty."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    kept = "".join(letter for letter in plain if letter.isalnum() or unicodedata.category(letter)[0] == "M")
    return unicodedata.normalize("NFKC", kept)  # dropping a sign may have left a letter before a loose accent


def words(text: str) -> Iterator[Found]:
    """Every word of a text, in order."""
    for hit in _word().finditer(text):
        word = fold(hit.group())
        if word:
            yield Found(hit.start(), hit.end(), word)


def folded(text: str) -> str:
    """A text as one searchable line: its folded words, a space before and after each."""
    return f" {' '.join(found.word for found in words(text))} "


@dataclass(frozen=True)
class Query:
    """What was asked for: phrases that must stand word for word, and the words outside quotes."""

    phrases: tuple[tuple[str, ...], ...] = ()
    loose: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what a person typed. An unbalanced quote reads to the end; anything else is words."""
        phrases: list[tuple[str, ...]] = []
        loose: list[str] = []
        for number, part in enumerate(re.split(r'["“”„«»]', text[:LONGEST])):
            found = tuple(hit.word for hit in words(part))
            if number % 2 and found:
                phrases.append(found)
            else:
                loose.extend(found)
        return cls(tuple(phrases), tuple(loose))

    def __bool__(self) -> bool:
        return bool(self.phrases or self.loose)

    @property
    def needles(self) -> list[str]:
        """Strings that a folded line must all contain."""
        return list(dict.fromkeys(f" {' '.join(run)} " for run in (*self.phrases, *((word,) for word in self.loose))))

    @property
    def phrase(self) -> str | None:
        """The loose words as one phrase: lines that hold it come first."""
        return f" {' '.join(self.loose)} " if self.loose else None


def marks(text: str, query: Query) -> list[tuple[int, int]]:
    """The spans of a text that a query matched, in order, not overlapping, code points.

    Where the loose words stand as one phrase, that is marked and their single occurrences are not.
    """
    found = list(words(text))
    line = [hit.word for hit in found]
    whole = list(_runs(line, query.loose)) if len(query.loose) > 1 else []
    loose = whole or [run for word in set(query.loose) for run in _runs(line, (word,))]
    quoted = [run for phrase in query.phrases for run in _runs(line, phrase)]
    return _merged((found[first].start, found[last].end) for first, last in loose + quoted)


def _runs(line: list[str], run: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for first in range(len(line) - len(run) + 1):
        if run and tuple(line[first : first + len(run)]) == run:
            yield first, first + len(run) - 1


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
