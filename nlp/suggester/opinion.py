"""A second opinion on what a pattern found: how like known sentences of the tag its sentence is.

A wide pattern ("budget") names a subject, not a stance. A rule that says ``like: 0.35`` counts only where a packaged
classifier finds the sentence at least so like those that are known, and the nearest of them is told as the reason. One
classifier knows what customers object, another what reps say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from nlp.suggester.features import of_words
from nlp.suggester.known import FAMILY, Example, ours, replies
from nlp.suggester.model import Model
from nlp.suggester.neighbours import Neighbours
from nlp.words import Stream

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
    """What the classifiers say of the sentences of one stream. Asked of few, and once of each."""

    def __init__(self, words: Stream) -> None:
        self.words = words
        self._asked: dict[tuple[int, bool], Mapping[str, float]] = {}

    def likeness(self, sentence: int, tag: str) -> float:
        """From 0 to 1; 0 for a tag that no classifier has learnt."""
        objection = tag.startswith(FAMILY)
        key = sentence, objection
        if key not in self._asked:
            self._asked[key] = _likely(*self._said(sentence), objection)
        return self._asked[key].get(tag, 0.0)

    def nearest(self, sentence: int, tag: str) -> str:
        """The known sentence of this tag that is most like this one; empty where nothing is near."""
        return _nearest(*self._said(sentence), tag)

    def _said(self, sentence: int) -> tuple[tuple[str, ...], bool]:
        place = self.words.sentences[sentence]
        return tuple(self.words.words[place.start : place.end]), place.asked


@lru_cache(_REMEMBERED)
def _likely(said: Sequence[str], asked: bool, objection: bool) -> Mapping[str, float]:  # noqa: FBT001
    model = packaged() if objection else packaged_replies()
    (row,) = model.likeness([of_words(said, asked=asked)])
    return dict(zip(model.tags, map(float, row), strict=True))


@lru_cache(_REMEMBERED)
def _nearest(said: Sequence[str], asked: bool, tag: str) -> str:  # noqa: FBT001
    return next(iter(_known(tag).like(of_words(said, asked=asked), tag)), "")


@cache
def _known(tag: str) -> Neighbours:  # takes a few hundredths of a second, and many a call asks for none
    objection = tag.startswith(FAMILY)
    of_tag: list[Example] = [one for one in (ours() if objection else replies()) if one.tag == tag]
    return Neighbours(of_tag, packaged() if objection else packaged_replies())
