"""Sentences of turns: which words of the stream a turn holds, and the sentence around a place in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nlp.findings import Tag, Turn
from nlp.tagger import Heard
from nlp.words import Sentence

LONGEST = 45  # words; unpunctuated speech is cut to so many around the hit
_BEFORE = 12


class Sentences:
    """The sentences of a call by turn. Building costs one step a sentence; nothing is copied."""

    def __init__(self, turns: Sequence[Turn], heard: Heard) -> None:
        self._turns, self._stream = turns, heard.stream
        self._first: dict[int, int] = {}
        for number, sentence in enumerate(heard.stream.sentences):
            self._first.setdefault(sentence.turn, number)

    def of(self, turn: int) -> Iterator[Sentence]:
        """The sentences of a turn, in order."""
        every = self._stream.sentences
        number = self._first.get(turn, len(every))
        while number < len(every) and every[number].turn == turn:
            yield every[number]
            number += 1

    def words(self, turn: int) -> Iterator[str]:
        """The plain words of a turn."""
        for sentence in self.of(turn):
            yield from self._stream.words[sentence.start : sentence.end]

    def said(self, sentence: Sentence) -> tuple[tuple[str, ...], bool]:
        """The plain words of a sentence, and whether it asks."""
        return tuple(self._stream.words[sentence.start : sentence.end]), sentence.asked

    def asks(self, turn: int) -> bool:
        """Whether a turn ends with a question."""
        return any(sentence.asked for sentence in list(self.of(turn))[-1:])

    def around(self, tag: Tag) -> str:
        """The sentence in which a tag was heard, as it is written; at most :data:`LONGEST` words."""
        ends = self._stream.ends
        for sentence in self.of(tag.turn):
            if ends[sentence.end - 1] >= tag.end_char:
                return self.written(sentence, tag.start_char)
        return tag.quote

    def written(self, sentence: Sentence, at: int = 0) -> str:
        """A sentence as it is written; of a longer one :data:`LONGEST` words around code point ``at`` of its turn."""
        begins, ends = self._stream.begins, self._stream.ends
        start, end = sentence.start, sentence.end
        if end - start > LONGEST:
            hit = next(i for i in range(start, end) if ends[i] > at)
            start = max(start, hit - _BEFORE)
            end = min(end, start + LONGEST)
        text, stop = self._turns[sentence.turn].text, ends[end - 1]
        return text[begins[start] : stop + (text[stop : stop + 1] in ".?!")].strip()
