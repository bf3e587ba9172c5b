"""A second opinion: how like known sentences of a tag a sentence is.

A pattern finds words, not how they are meant. What customers say is judged by a sentence encoder (nlp.encoder): a hit
counts where it agrees, and a sentence that it is sure of is tagged where no pattern hits. What reps say is judged by a
classifier of words, for rules that name only a subject (``like: 0.35``). The nearest known sentence is told as the
reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeAlias

from nlp.encoder import ANY
from nlp.encoder import packaged as packaged_encoder
from nlp.suggester.features import of_words
from nlp.suggester.known import FAMILY, Example, ours, replies, taught
from nlp.suggester.model import Model
from nlp.suggester.neighbours import Neighbours
from nlp.words import Stream

Span: TypeAlias = tuple[int, int]  # words of a stream, the end exclusive

LEAST_WORDS = 6  # fewer are left to the patterns
SURE = 0.95  # as like any objection, of whatever kind, as a sentence must be that no pattern found
LEANING = 5  # times as like a kind as the encoder says, where a pattern says so too
_LONG, _PART, _BEFORE = 40, 20, 5  # words: a longer sentence is a turn without full stops, and is judged part by part
_REMEMBERED = 10_000  # sentences; people say the same things


@cache
def packaged() -> Model:
    """The classifier of objections that comes with the package."""
    return _read("weights.npz")


@cache
def packaged_replies() -> Model:
    """The classifier of what reps say that comes with the package."""
    return _read("replies.npz")


def _read(name: str) -> Model:
    return Model.from_bytes(files("nlp").joinpath("suggester", name).read_bytes())


class Opinion:
    """What encoder and classifiers say of the sentences of one stream, made of these turns' texts."""

    def __init__(self, words: Stream, texts: Sequence[str]) -> None:
        self.words = words
        self._texts = texts

    def likeness(self, sentence: int, at: int, tag: str) -> float:
        """From 0 to 1, around word ``at``; 0 for a tag that nothing has learnt.

        Of a kind of objection: how like any, unless it is nothing like this kind; a pattern knows the kind better.
        """
        if not tag.startswith(FAMILY):
            return _like_reply(*self._said(self._whole(sentence), sentence)).get(tag, 0.0)
        likely = self._kinds(self._part(sentence, at), sentence)
        return min(likely[ANY], LEANING * likely.get(tag, 0.0))

    def sure(self, part: Span, sentence: int) -> Mapping[str, float]:
        """How like each kind a part of a sentence is that is surely some objection; else nothing."""
        likely = self._kinds(part, sentence)
        return likely if likely[ANY] >= SURE else {}

    def _kinds(self, part: Span, sentence: int) -> Mapping[str, float]:
        """How like each kind of objection, and any, a part of a sentence is."""
        place = self.words.sentences[sentence]
        text = self._texts[place.turn][self.words.begins[part[0]] : self.words.ends[part[1] - 1]]
        return _like_objection(text + "?" * place.asked)

    def parts(self, sentence: int) -> Iterator[Span]:
        """A sentence, or the parts of a very long one; nothing that is too short to judge."""
        place = self.words.sentences[sentence]
        size = place.end - place.start
        step = size if size <= _LONG else _PART
        for at in range(place.start, place.end, step):
            if min(step, place.end - at) >= LEAST_WORDS:
                yield at, min(at + step, place.end)

    def nearest(self, sentence: int, at: int, tag: str) -> str:
        """The known sentence of this tag that is most like this one; empty where nothing is near."""
        part = self._part(sentence, at) if tag.startswith(FAMILY) else self._whole(sentence)
        return _nearest(*self._said(part, sentence), tag)

    def _whole(self, sentence: int) -> Span:
        place = self.words.sentences[sentence]
        return place.start, place.end

    def _part(self, sentence: int, at: int) -> Span:
        start, end = self._whole(sentence)
        if end - start <= _LONG:
            return start, end
        return max(start, at - _BEFORE), min(at + _PART - _BEFORE, end)

    def _said(self, part: Span, sentence: int) -> tuple[tuple[str, ...], bool]:
        return tuple(self.words.words[slice(*part)]), self.words.sentences[sentence].asked


def forget() -> None:
    """Forget what was said of the sentences that were judged."""
    for remembered in (_like_objection, _like_reply, _nearest):
        remembered.cache_clear()


@lru_cache(_REMEMBERED)
def _like_objection(text: str) -> Mapping[str, float]:
    return packaged_encoder().likeness(text)


@lru_cache(_REMEMBERED)
def _like_reply(said: Sequence[str], asked: bool) -> Mapping[str, float]:  # noqa: FBT001
    model = packaged_replies()
    return dict(zip(model.tags, map(float, model.likeness([of_words(said, asked=asked)])[0]), strict=True))


@lru_cache(_REMEMBERED)
def _nearest(said: Sequence[str], asked: bool, tag: str) -> str:  # noqa: FBT001
    return next(iter(_known(tag).like(of_words(said, asked=asked), tag)), "")


@cache
def _known(tag: str) -> Neighbours:  # takes a tenth of a second, and many a call asks for none
    objection = tag.startswith(FAMILY)
    known: tuple[Example, ...] = (*ours(), *taught()) if objection else replies()
    return Neighbours([one for one in known if one.tag == tag], packaged() if objection else packaged_replies())
