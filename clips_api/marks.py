"""Where in a text the words stand that a search was for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from clips_api.index.wordindex import stems
from clips_api.query import Query, Term
from clips_api.words import words

Span = tuple[int, int]  # [start, end), code points


def marks(text: str, query: Query) -> list[Span]:
    """The spans that were asked for, in order, not overlapping.

    Where the loose words stand as one run, that is marked and their single occurrences are not.
    """
    said = [term for term in query.terms if term.how == "said"]
    if not said:
        return []
    line = _Line(text)
    whole = list(line.runs(query.run, line.stems)) if query.run else []
    loose = [term for term in said if term.kind == "word"]
    kept = [term for term in said if term.kind != "word"]
    return _merged(line.spans([*whole, *line.found([*kept, *([] if whole else loose)])]))


def near_marks(text: str, query: Query) -> list[Span]:
    """The spans of what stands in for something that was asked for: near-misses, and names as they were misheard."""
    instead = [term for term in query.terms if term.how != "said"]
    line = _Line(text) if instead else None
    return _merged(line.spans(line.found(instead))) if line else []


class _Line:
    """A text's words, each also in the form that all its forms share."""

    def __init__(self, text: str) -> None:
        self.hits = list(words(text))
        self.words = [hit.word for hit in self.hits]

    @cached_property
    def stems(self) -> list[str]:
        return stems(self.words)

    def found(self, terms: Iterable[Term]) -> Iterator[Span]:
        """The runs of words that are one of these terms: first and last word."""
        for term in terms:
            if term.kind == "prefix":
                yield from ((at, at) for at, word in enumerate(self.words) if word.startswith(term.words[0]))
            elif term.kind == "phrase":
                yield from self.runs(term.words, self.words) or self._begun(term.words)
            else:
                for stem in stems(term.words):
                    yield from ((at, at) for at, other in enumerate(self.stems) if other == stem)

    def runs(self, run: Sequence[str], line: list[str]) -> list[Span]:
        wanted = stems(run) if line is self.stems else list(run)
        size = len(wanted)
        return [(at, at + size - 1) for at in range(len(line) - size + 1) if size and line[at : at + size] == wanted]

    def _begun(self, phrase: Sequence[str]) -> list[Span]:
        """The part of a phrase that reaches over the end or the beginning of a text."""
        size = len(self.words)
        for length in range(min(len(phrase) - 1, size), 0, -1):
            if self.words[-length:] == list(phrase[:length]):
                return [(size - length, size - 1)]
            if self.words[:length] == list(phrase[-length:]):
                return [(0, length - 1)]
        return []

    def spans(self, runs: Iterable[Span]) -> Iterator[Span]:
        return ((self.hits[first].start, self.hits[last].end) for first, last in runs)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
