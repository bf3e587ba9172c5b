"""A second opinion on what a pattern found: how like known sentences of the tag its sentence is.

A wide pattern ("budget") names a subject, not a stance. A rule that says ``like: 0.35`` counts only where the packaged
classifier finds the sentence at least so like those that are known, and the nearest of them is told as the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from nlp.suggester.features import of_sentence
from nlp.suggester.known import ours
from nlp.suggester.model import Model
from nlp.suggester.neighbours import Neighbours
from nlp.words import Stream

_REMEMBERED = 10_000  # sentences; people say the same things


@cache
def packaged() -> Model:
    """The classifier that comes with the package."""
    return Model.from_bytes(files("nlp").joinpath("suggester", "weights.npz").read_bytes())


class Opinion:
    """What the classifier says of the sentences of one stream. Asked of few, and once of each."""

    def __init__(self, words: Stream) -> None:
        self.words = words
        self._asked: dict[int, tuple[frozenset[str], Mapping[str, float]]] = {}

    def likeness(self, sentence: int, tag: str) -> float:
        """From 0 to 1; 0 for a tag that the classifier has not learnt."""
        return self._of(sentence)[1].get(tag, 0.0)

    def nearest(self, sentence: int, tag: str) -> str:
        """The known sentence of this tag that is most like this one; empty where nothing is near."""
        return _nearest(self._of(sentence)[0], tag)

    def _of(self, sentence: int) -> tuple[frozenset[str], Mapping[str, float]]:
        if sentence not in self._asked:
            features = of_sentence(self.words, self.words.sentences[sentence])
            self._asked[sentence] = features, _likely(features)
        return self._asked[sentence]


@lru_cache(_REMEMBERED)
def _likely(features: frozenset[str]) -> Mapping[str, float]:
    (row,) = packaged().likeness([features])
    return dict(zip(packaged().tags, map(float, row), strict=True))


@lru_cache(_REMEMBERED)
def _nearest(features: frozenset[str], tag: str) -> str:
    return next(iter(_known(tag).like(features, tag)), "")


@cache
def _known(tag: str) -> Neighbours:  # takes a few hundredths of a second, and many a call asks for none
    return Neighbours([one for one in ours() if one.tag == tag], packaged())
