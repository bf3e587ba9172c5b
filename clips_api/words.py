"""Words as search sees them: case, punctuation, apostrophes and look-alike characters make no difference."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from spacy.lang.en.stop_words import STOP_WORDS

APOSTROPHES = "'’‘ʼ`´＇"  # noqa: RUF001  what people and recognisers type


_PLAIN = re.compile(r"[a-z0-9]+(?:['`][a-z0-9]+)*")


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


@lru_cache(maxsize=1 << 16)
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


@lru_cache(maxsize=1 << 12)
def folded(text: str) -> str:
    """A text as one searchable line: its folded words, a space before and after each."""
    if text.isascii():  # as nearly all are: the same, four times as quick
        return f" {' '.join(_PLAIN.findall(text.lower()))} ".replace("'", "").replace("`", "")
    return f" {' '.join(found.word for found in words(text))} "


COMMON = frozenset(filter(None, map(fold, STOP_WORDS)))  # words that are in every other sentence
SLIGHT = COMMON - frozenset(  # of these, what says nothing of what a sentence is about: it need not be said
    word
    for line in (
        "over under above below up down out off less least few enough other another again",
        "next last first back top bottom side part front full empty serious amount alone together",
        "call name show give make move put see say take keep go done become regarding used using",
        "never nobody nothing none nowhere always often sometimes",
        "two three four five six eight nine ten twelve fifteen twenty forty fifty sixty hundred",
    )
    for word in line.split()
)
