"""The known sentences nearest to a new one: cosine over the words and pairs that the classifier sees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from nlp.suggester.features import of_text
from nlp.suggester.known import Example
from nlp.suggester.model import Model

_SHOWN = 3
_NEAR_ENOUGH = 0.15  # below, a known sentence shares little but "it" and "the", and explains nothing
_TELLING = 60  # a feature that more sentences hold finds too many of them; what is near shares a rarer one as well


class Neighbours:
    """Known sentences, each with what it was said to be and not to be; weighed as a model weighs them."""

    def __init__(self, examples: Iterable[Example], model: Model) -> None:
        self._rarity = dict(zip(model.columns, map(float, model.rarity), strict=True))
        self._rarest = max(self._rarity.values(), default=1.0)
        said: dict[str, list[Example]] = {}
        for example in sorted(set(examples), key=lambda one: one.order):
            said.setdefault(example.text, []).append(example)
        self._said = list(said.values())
        self._vectors = [self._vector(of_text(text)) for text in said]
        self._holding: dict[str, list[int]] = {}
        for at, vector in enumerate(self._vectors):
            for feature in vector:
                self._holding.setdefault(feature, []).append(at)

    def like(self, features: AbstractSet[str], tag: str) -> tuple[str, ...]:
        """Up to three sentences that are this tag, the nearest first; none where the nearest of all is not."""
        holding = (self._holding.get(feature, ()) for feature in features)
        near = self._near(features, (held for held in holding if len(held) <= _TELLING), _NEAR_ENOUGH)
        if not near or not self._is(near[0][1], tag):
            return ()
        return tuple(self._said[at][0].text for _, at in near if self._is(at, tag))[:_SHOWN]

    def nearly(self, features: AbstractSet[str], least: float) -> Sequence[tuple[float, Example]]:
        """What was said of sentences whose cosine is at least this, the nearest first. They share a pair of words."""
        holding = (self._holding.get(feature, ()) for feature in features if " " in feature)
        return [(cosine, example) for cosine, at in self._near(features, holding, least) for example in self._said[at]]

    def _near(
        self, features: AbstractSet[str], holding: Iterable[Iterable[int]], least: float
    ) -> list[tuple[float, int]]:
        sharing = set(chain.from_iterable(holding))
        if not sharing:
            return []
        own = self._vector(features)
        near = sorted((-self._cosine(own, at), at) for at in sharing)
        return [(-minus, at) for minus, at in near if -minus >= least]

    def _is(self, at: int, tag: str) -> bool:
        return any(example.tag == tag and example.right for example in self._said[at])

    def _vector(self, features: AbstractSet[str]) -> dict[str, float]:
        found = {feature: self._rarity.get(feature, self._rarest) for feature in sorted(features)}
        length = math.sqrt(sum(weight * weight for weight in found.values())) or 1.0
        return {feature: weight / length for feature, weight in found.items()}

    def _cosine(self, own: Mapping[str, float], at: int) -> float:
        other = self._vectors[at]
        return sum(weight * other[feature] for feature, weight in own.items() if feature in other)
