"""A second opinion: how like known sentences of a tag a sentence is.

A pattern finds words, not how they are meant. What customers say is judged by a sentence encoder (nlp.encoder), a few
sentences of a turn at a time: a hit counts where it agrees, and what it is sure of is tagged where no pattern hits.
What reps say is judged by a classifier of words, for rules that name only a subject (``like: 0.35``). The nearest known
sentence is told as the reason.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from nlp.encoder import ANY, Likely
from nlp.encoder import packaged as packaged_encoder
from nlp.suggester.features import of_words
from nlp.suggester.known import FAMILY, Example, ours, replies, taught
from nlp.suggester.model import Model
from nlp.suggester.neighbours import Neighbours
from nlp.words import Stream, stream

Span: TypeAlias = tuple[int, int]  # words of a stream, the end exclusive

LEAST_WORDS = 4  # fewer are left to the patterns
TOGETHER = 30  # words of sentences that one judgement covers: what comes before and after tells how a thing is meant
SURE = 0.7  # as like any objection, of whatever kind, as a sentence must be that no pattern found
TWICE = 2  # times as like another thing that reps say: then a sentence is that, and not this
LEANING = 5  # times as like a kind as the encoder says, where a pattern says so too
LONG = 40  # words; a longer sentence is a turn without full stops, and is judged part by part
RUN_ON = 20  # words; of reps' longer sentences a pattern's surroundings are judged by themselves too
_PART, _BEFORE = 20, 5  # words
_REMEMBERED = 10_000  # sentences; people say the same things


@cache
def packaged() -> Model:
    """The classifier of objections that comes with the package."""
    return _read("weights.npz")


@cache
def packaged_replies() -> Model:
    """The classifier of what reps say that comes with the package."""
    return _read("replies.npz")


@cache
def packaged_calls() -> Model:
    """The classifier of whole calls by their types that comes with the package."""
    return _read("calls.npz")


def _read(name: str) -> Model:
    return Model.from_bytes(files("nlp").joinpath("suggester", name).read_bytes())


class Passage(NamedTuple):
    """Sentences ``first`` to ``last`` of one turn, or a part of a very long one: words ``start`` to ``end``."""

    first: int
    last: int
    start: int
    end: int


class Judged:
    """What the encoder says of a call's sentences: asked once, however many playbooks read the call.

    ``known`` is what it said before, by the names of sentences; ``used`` what was looked up this time, and ``asked``
    tells whether any of it was new.
    """

    def __init__(self, known: Mapping[str, Likely] | None = None) -> None:
        self._known = known or {}
        self.used: dict[str, Likely] = {}
        self.asked = False

    def likeness(self, text: str) -> Likely:
        """How likely each kind of objection is, and any."""
        name = sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        if name not in self.used:
            self.asked = self.asked or name not in self._known
            self.used[name] = self._known[name] if name in self._known else _like_objection(text)
        return self.used[name]


class Opinion:
    """What encoder and classifiers say of the sentences of one stream, made of these turns' texts."""

    def __init__(self, words: Stream, texts: Sequence[str], judged: Judged) -> None:
        self.words = words
        self._texts, self._judged = texts, judged

    def likeness(self, sentence: int, at: int, tag: str) -> float:
        """From 0 to 1, around word ``at``; 0 for a tag that nothing has learnt.

        Of a kind of objection: how like any, unless it is nothing like this kind; a pattern knows the kind better.
        """
        if not tag.startswith(FAMILY):
            ways = {self._whole(sentence), self._part(sentence, at, RUN_ON)}  # a run-on says several things
            return max(_like_reply(*self._said(way, sentence)).get(tag, 0.0) for way in ways)
        likely = self.kinds(self._around(sentence, at))
        return min(likely.get(ANY, 0.0), LEANING * likely.get(tag, 0.0))

    def replies(self, sentence: int) -> Likely:
        """How like each thing that reps say a sentence is; one that another is far more like isn't named."""
        return _like_reply(*self._said(self._whole(sentence), sentence))

    def sure(self, passage: Passage) -> Likely:
        """How like each kind a passage is that is surely some objection; else nothing."""
        likely = self.kinds(passage)
        return likely if likely.get(ANY, 0.0) >= SURE else {}

    def heart(self, passage: Passage) -> tuple[int, Span]:
        """The sentence of a passage that is most like an objection, and its words."""
        alone = self.alone(passage)
        likeliest = max(alone, key=lambda one: self.kinds(one).get(ANY, 0.0)) if len(alone) > 1 else passage
        return likeliest.first, (likeliest.start, likeliest.end)

    def alone(self, passage: Passage) -> Sequence[Passage]:
        """The sentences of a passage, or the part of one that it is."""
        return [
            Passage(one, one, max(passage.start, start), min(passage.end, end))
            for one in range(passage.first, passage.last + 1)
            for start, end in [self._whole(one)]
        ]

    def kinds(self, passage: Passage) -> Likely:
        """How like each kind of objection, and any, a passage is."""
        place = self.words.sentences[passage.last]
        text = self._texts[place.turn][self.words.begins[passage.start] : self.words.ends[passage.end - 1]]
        return self._judged.likeness(text + "?" * place.asked)

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """The stream in passages: sentences of a turn that stand together, or the parts of a very long one."""
        found: list[Passage] = []
        for number, place in enumerate(self.words.sentences):
            for start, end in _parts(place.start, place.end):
                last = found[-1] if found else None
                if last and self._one_turn(last.last, number) and end - last.start <= TOGETHER:
                    found[-1] = Passage(last.first, number, last.start, end)
                else:
                    found.append(Passage(number, number, start, end))
        return found

    def _around(self, sentence: int, at: int) -> Passage:
        """The passage that word ``at`` stands in; of a very long sentence the words beside it."""
        part = self._part(sentence, at)
        if part != self._whole(sentence):
            return Passage(sentence, sentence, *part)
        return self.passages[bisect_right(self.passages, at, key=attrgetter("start")) - 1]

    def _one_turn(self, one: int, other: int) -> bool:
        return self.words.sentences[one].turn == self.words.sentences[other].turn

    def nearest(self, sentence: int, at: int, tag: str) -> str:
        """The known sentence of this tag that is most like this one; empty where nothing is near."""
        part = self._part(sentence, at) if tag.startswith(FAMILY) else self._whole(sentence)
        return nearest(*self._said(part, sentence), tag)

    def _whole(self, sentence: int) -> Span:
        place = self.words.sentences[sentence]
        return place.start, place.end

    def _part(self, sentence: int, at: int, long: int = LONG) -> Span:
        start, end = self._whole(sentence)
        if end - start <= long:
            return start, end
        return max(start, at - _BEFORE), min(at + _PART - _BEFORE, end)

    def _said(self, part: Span, sentence: int) -> tuple[tuple[str, ...], bool]:
        return tuple(self.words.words[slice(*part)]), self.words.sentences[sentence].asked


def _parts(start: int, end: int) -> Iterator[Span]:
    step = end - start if end - start <= LONG else _PART
    for at in range(start, end, step):
        yield at, min(at + step, end)


def likely_objection(text: str, judged: Judged) -> float:
    """How likely a turn holds any objection, from 0 to 1."""
    opinion = Opinion(stream([text]), [text], judged)
    return max((opinion.kinds(passage).get(ANY, 0.0) for passage in opinion.passages), default=0.0)


def forget() -> None:
    """Forget what was said of the sentences that were judged."""
    for remembered in (_like_objection, sounds_like, _like_reply, nearest):
        remembered.cache_clear()


@lru_cache(_REMEMBERED)
def _like_objection(text: str) -> Likely:
    return packaged_encoder().likeness(text)


@lru_cache(_REMEMBERED)
def sounds_like(said: Sequence[str], asked: bool) -> Likely:  # noqa: FBT001
    """How like each thing that reps say these words are."""
    model = packaged_replies()
    row = model.likeness([of_words(said, asked=asked)])[0]
    return dict(zip(model.tags, row.tolist(), strict=True))


@lru_cache(_REMEMBERED)
def _like_reply(said: Sequence[str], asked: bool) -> Likely:  # noqa: FBT001
    """Those that no other tag is twice as likely as."""
    likely = sounds_like(said, asked)
    most = max(likely.values())
    return {tag: one for tag, one in likely.items() if one * TWICE >= most}


@lru_cache(_REMEMBERED)
def nearest(said: Sequence[str], asked: bool, tag: str) -> str:  # noqa: FBT001
    """The known sentence of a tag that is most like these words; empty where nothing is near."""
    return next(iter(_known(tag).like(of_words(said, asked=asked), tag)), "")


@cache
def _known(tag: str) -> Neighbours:  # takes a tenth of a second, and many a call asks for none
    objection = tag.startswith(FAMILY)
    known: tuple[Example, ...] = (*ours(), *taught()) if objection else replies()
    return Neighbours([one for one in known if one.tag == tag], packaged() if objection else packaged_replies())
