"""Many patterns run at once over the words of a call.

A pattern without gaps and numbers is written out into its phrases for spaCy's PhraseMatcher, which reads the whole
call in one pass. The others are rows of tokens, each a regular expression over the sentence written one character a
word (:mod:`nlp.alphabet`). Few rows are tried on a sentence: only those of which it holds a word of each of the four
rarest parts (its *anchors*). That is found for all rows at once, with a bit for each row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from nlp.alphabet import Alphabet
from nlp.patterns import Pattern, Row, anchors, longest, words
from nlp.words import BREAK, Sentence, Stream, vocabulary, word_set

_WINDOW = 64  # words of a sentence whose anchors are looked at together; keeps a 30,000-word turn cheap
NEAR = 10  # words of the same sentence on either side in which one find can stop or support another
_ASKING = word_set(
    "what how who when where why which whose do does did is are was were have has can could would will should",
    "may",
)
_LEAD = word_set(
    "and so but okay right well yeah yes oh no then all because or",
)


class Hit(NamedTuple):
    """Pattern number ``pattern`` matched words ``start`` to ``end`` (exclusive) of the stream, in ``sentence``."""

    sentence: int
    start: int
    end: int
    pattern: int


class _Lazy:
    """Stands for the expression of a row until it is first needed."""

    __slots__ = ("_row",)

    def __init__(self, row: _Row) -> None:
        self._row = row

    def search(self, written: str, start: int, end: int) -> re.Match[str] | None:
        return self._row.compile().search(written, start, end)


class _Row:
    """The row of a pattern. Its expression is compiled when it is first needed, which may be never."""

    __slots__ = ("_alphabet", "_longest", "_row", "expression", "number")

    def __init__(self, number: int, row: Row, alphabet: Alphabet) -> None:
        self.number, self._row, self._alphabet = number, row, alphabet
        self._longest = longest(row)
        self.expression: _Lazy | re.Pattern[str] = _Lazy(self)

    def compile(self) -> re.Pattern[str]:
        """The expression, from now on compiled."""
        self.expression = self._alphabet.compile(self._row)
        return self.expression

    def find(self, written: str, start: int, stop: int, end: int) -> Iterator[tuple[int, int]]:
        """Matches that begin from ``start`` on, before ``stop``, and reach to ``end`` at most, each as long as can be.

        An expression takes the first alternative that leads to a match, not the longest: so longer ends are tried.
        """
        expression = self.expression if isinstance(self.expression, re.Pattern) else self.compile()
        while (match := expression.search(written, start, end)) and match.start() < stop:
            begin, last = match.span()
            for longer in range(min(end, begin + self._longest), last, -1):
                if expression.fullmatch(written, begin, longer):
                    last = longer
                    break
            yield begin, last
            start = last


class _Anchors:
    """Which rows a stretch of words can hold at all: those with a word in each of their four rarest parts.

    Row ``n`` is bit ``n``. Each character of the alphabet has the rows with it in their rarest part, in the second, the
    third and the fourth; a part that a row does not have counts as found.
    """

    def __init__(self, rows: Sequence[Row], alphabet: Alphabet) -> None:
        parts: tuple[dict[str, list[int]], ...] = ({}, {}, {}, {})
        lacking: tuple[list[int], ...] = ([], [], [], [])
        for number, row in enumerate(rows):
            rarest = anchors(row)[: len(parts)]
            for words_of, rows_of in zip(rarest, parts, strict=False):
                for char in alphabet.of(words_of):
                    rows_of.setdefault(char, []).append(number)
            for missing in lacking[len(rarest) :]:
                missing.append(number)
        chars = {char for rows_of in parts for char in rows_of}
        self._rows = {char: tuple(_bits(rows_of.get(char, ())) for rows_of in parts) for char in chars}
        self._lacking = tuple(map(_bits, lacking))

    def __call__(self, written: str) -> Iterator[int]:
        """The rows that this stretch may hold, in order."""
        first, second, third, fourth = self._lacking
        for rows in map(self._rows.get, written):
            if rows is not None:
                first |= rows[0]
                second |= rows[1]
                third |= rows[2]
                fourth |= rows[3]
        left, number = first & second & third & fourth, -1
        while left:
            skip = (left & -left).bit_length()
            number += skip
            left >>= skip
            yield number


def _bits(numbers: Sequence[int]) -> int:
    out = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        out[number // 8] |= 1 << number % 8
    return int.from_bytes(out, "little")


class PatternSet:
    """Many patterns compiled to one PhraseMatcher and anchored rows. Building takes about 0.2 ms a pattern."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._asks = frozenset(i for i, p in enumerate(patterns) if p.asks)
        self._phrases = PhraseMatcher(vocabulary(), attr="ORTH")
        self._numbers: dict[int, int] = {}  # spaCy's key to ours
        rows: list[tuple[int, Row]] = []
        for number, pattern in enumerate(patterns):
            phrases = pattern.phrases()
            if phrases is None:
                rows.append((number, pattern.row))
            else:
                self._numbers[vocabulary().strings.add(str(number))] = number
                self._phrases.add(str(number), [Doc(vocabulary(), words=list(phrase)) for phrase in phrases])
        self._alphabet = Alphabet(word for _, row in rows for word in words(row))
        self._rows = [_Row(number, row, self._alphabet) for number, row in rows]
        self._anchors = _Anchors([row for _, row in rows], self._alphabet)
        self._reach = max((longest(row) for _, row in rows), default=0)

    def find(self, stream: Stream) -> list[Hit]:
        """All hits, in order of sentence, start, end and pattern.

        A row is found from left to right, each time as long as it can be, and not twice in the same words.
        """
        found: set[Hit] = set()
        self._find_phrases(found, stream)
        self._find_rows(found, stream)
        return sorted(found)

    def _find_phrases(self, found: set[Hit], stream: Stream) -> None:
        words, ends = stream.words, [s.end for s in stream.sentences]
        sentence = 0
        for key, start, end in sorted(self._phrases(Doc(vocabulary(), words=words)), key=itemgetter(1)):
            begin = start + 1 if words[start] == BREAK else start  # the marks at the sides of the sentence go
            while ends[sentence] <= begin:
                sentence += 1
            number = self._numbers[key]
            until = end - 1 if words[end - 1] == BREAK else end
            if begin < until and (number not in self._asks or asks(stream, stream.sentences[sentence], begin)):
                found.add(Hit(sentence, begin, until, number))

    def _find_rows(self, found: set[Hit], stream: Stream) -> None:
        written = self._alphabet.write(stream.words)
        rows, anchored = self._rows, self._anchors
        for sentence, place in enumerate(stream.sentences):
            for start, stop, end in self._windows(place):
                for number in anchored(written[start:end]):
                    row = rows[number]
                    if row.expression.search(written, start, end):  # few do; spares the others the loop
                        for span in row.find(written, start, stop, end):
                            self._keep(found, stream, Hit(sentence, *span, row.number))

    def _windows(self, place: Sentence) -> Iterator[tuple[int, int, int]]:
        """Stretches of a sentence with the marks on its sides: matches begin from ``start``, before ``stop``, and
        reach to ``end`` at most.
        """
        start, last = place.start - 1, place.end + 1
        while last - start > _WINDOW + self._reach:
            yield start, start + _WINDOW, start + _WINDOW + self._reach
            start += _WINDOW
        yield start, last, last

    def _keep(self, found: set[Hit], stream: Stream, hit: Hit) -> None:
        """Keep a match, less the marks at the sides of the sentence."""
        place = stream.sentences[hit.sentence]
        start, end = max(hit.start, place.start), min(hit.end, place.end)
        if start < end and (hit.pattern not in self._asks or asks(stream, place, start)):
            found.add(Hit(hit.sentence, start, end, hit.pattern))


def asks(stream: Stream, place: Sentence, start: int) -> bool:
    """Whether the sentence is a question: it is marked so, it begins like one, or the words from ``start`` do."""
    return place.asked or stream.words[start] in _ASKING or stream.words[opening(stream, place)] in _ASKING


def opening(stream: Stream, place: Sentence) -> int:
    """Where a sentence really begins: its first word after "and", "so", "okay" and the like."""
    at = place.start
    while at < place.end - 1 and stream.words[at] in _LEAD:
        at += 1
    return at
