"""Many patterns run at once over the words of a call.

A pattern without gaps and numbers is written out into its phrases for spaCy's PhraseMatcher, which reads the whole
call in one pass. The others become token patterns for spaCy's Matcher; each runs only on sentences that hold a word of
its rarest part and one of every other fixed part (its *anchors*).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc, Span

from nlp.patterns import Pattern, Row, specs
from nlp.words import BREAK, Sentence, Stream, vocabulary, word_set

_STRETCH, _OVERLAP = 80, 24  # words of a sentence that a Matcher sees at once; keeps a 30,000-word turn cheap
_ASKING = word_set(
    "what how who when where why which whose do does did is are was were have has can could would will should",
    "may",
)
_LEAD = word_set(
    "and so but okay right well yeah yes oh no then all because or",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Pattern number ``pattern`` matched words ``start`` to ``end`` (exclusive) of the stream, in ``sentence``."""

    pattern: int
    start: int
    end: int
    sentence: int


class _Anchored:
    """Rows of one pattern with the same anchors. Their Matcher is built when it is first needed, which may be never."""

    __slots__ = ("_matcher", "_rows", "number", "others")

    def __init__(self, number: int, others: tuple[frozenset[str], ...], rows: Sequence[Row]) -> None:
        self.number, self.others = number, others
        self._rows = rows
        self._matcher: Matcher | None = None

    @property
    def matcher(self) -> Matcher:
        if self._matcher is None:
            self._matcher = Matcher(vocabulary(), validate=False)
            self._matcher.add(str(self.number), [specs(row) for row in self._rows], greedy="LONGEST")
        return self._matcher


class PatternSet:
    """Many patterns compiled to one PhraseMatcher and anchored Matchers. Building takes about 0.1 ms a pattern."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._asks = frozenset(i for i, p in enumerate(patterns) if p.asks)
        self._phrases = PhraseMatcher(vocabulary(), attr="ORTH")
        self._numbers: dict[int, int] = {}  # spaCy's key to ours
        self._triggers: dict[str, list[_Anchored]] = {}
        for number, pattern in enumerate(patterns):
            phrases = pattern.phrases()
            if phrases is None:
                self._anchor(number, pattern)
            else:
                self._numbers[vocabulary().strings.add(str(number))] = number
                self._phrases.add(str(number), [Doc(vocabulary(), words=words) for words in phrases])
        self._trigger_words = frozenset(self._triggers)

    def _anchor(self, number: int, pattern: Pattern) -> None:
        groups: dict[tuple[frozenset[str], ...], list[Row]] = {}
        for anchors, row in zip(pattern.anchors(), pattern.rows, strict=True):
            groups.setdefault(tuple(anchors), []).append(row)
        for (rarest, *others), rows in groups.items():
            anchored = _Anchored(number, tuple(others), rows)
            for word in rarest:
                self._triggers.setdefault(word, []).append(anchored)

    def find(self, stream: Stream) -> list[Hit]:
        """All hits, in order of sentence, start, end and pattern."""
        doc = Doc(vocabulary(), words=stream.words)
        ends = [s.end for s in stream.sentences]
        found: set[Hit] = set()
        sentence = 0
        for key, start, end in sorted(self._phrases(doc), key=lambda m: (m[1], m[2], m[0])):
            begin = start + 1 if stream.words[start] == BREAK else start
            while ends[sentence] <= begin:
                sentence += 1
            self._keep(found, stream, Hit(self._numbers[key], begin, end, sentence))
        for sentence, place in enumerate(stream.sentences):
            for start, end in _stretches(place):
                self._match(found, stream, doc[start - 1 : end + 1], sentence)
        return sorted(found, key=lambda h: (h.sentence, h.start, h.end, h.pattern))

    def _match(self, found: set[Hit], stream: Stream, span: Span, sentence: int) -> None:
        words = set(stream.words[span.start : span.end])
        for word in words & self._trigger_words:
            for anchored in self._triggers[word]:
                for group in anchored.others:
                    if words.isdisjoint(group):
                        break
                else:
                    for _, begin, stop in anchored.matcher(span):
                        self._keep(found, stream, Hit(anchored.number, span.start + begin, span.start + stop, sentence))

    def _keep(self, found: set[Hit], stream: Stream, hit: Hit) -> None:
        place = stream.sentences[hit.sentence]
        start, end = max(hit.start, place.start), min(hit.end, place.end)
        if start < end and (hit.pattern not in self._asks or asks(stream, place, start)):
            found.add(Hit(hit.pattern, start, end, hit.sentence))


def _stretches(place: Sentence) -> Iterator[tuple[int, int]]:
    if place.end - place.start <= _STRETCH:
        yield place.start, place.end
        return
    for start in range(place.start, place.end, _STRETCH - _OVERLAP):
        yield start, min(place.end, start + _STRETCH)


def asks(stream: Stream, place: Sentence, start: int) -> bool:
    """Whether the sentence is a question: it is marked so, it begins like one, or the words from ``start`` do."""
    if place.asked or stream.words[start] in _ASKING:
        return True
    at = place.start
    while at < place.end - 1 and stream.words[at] in _LEAD:
        at += 1
    return stream.words[at] in _ASKING
