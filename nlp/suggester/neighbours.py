"""The known sentences nearest to a new one: cosine over the words and pairs that the classifier sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

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
        self._columns: dict[str, int] = {}
        columns, rows, weights = [], [], []
        for row, text in enumerate(said):
            own = sorted(of_text(text))
            columns += [self._columns.setdefault(feature, len(self._columns)) for feature in own]
            rows += [row] * len(own)
            weights.append(self._weighed(own))
        order = np.argsort(columns, kind="stable")
        self._rows = np.array(rows, np.intp)[order]
        self._weights = np.concatenate([*weights, np.empty(0)])[order]
        self._starts = np.searchsorted(np.array(columns, np.intp)[order], np.arange(len(self._columns) + 1)).tolist()

    def like(self, features: AbstractSet[str], tag: str) -> tuple[str, ...]:
        """Up to three sentences that are this tag, the nearest first; none where the nearest of all is not."""
        near = self._near(features, [one for one in features if self._held(one) <= _TELLING], _NEAR_ENOUGH)
        if not near or not self._is(near[0][1], tag):
            return ()
        return tuple(self._said[at][0].text for _, at in near if self._is(at, tag))[:_SHOWN]

    def nearly(self, features: AbstractSet[str], least: float) -> Sequence[tuple[float, Example]]:
        """What was said of sentences whose cosine is at least this, the nearest first. They share a pair of words."""
        near = self._near(features, [one for one in features if " " in one], least)
        return [(cosine, example) for cosine, at in near for example in self._said[at]]

    def _near(self, features: AbstractSet[str], telling: Iterable[str], least: float) -> Sequence[tuple[float, int]]:
        """Cosines and numbers of the sentences that share a telling feature, the nearest first."""
        sharing = [self._rows[self._place(one)] for one in telling]
        if not sharing:
            return []
        own = sorted(features)
        places = [self._place(one) for one in own]
        weights = [self._weights[at] * weight for at, weight in zip(places, self._weighed(own).tolist(), strict=True)]
        cosines = np.bincount(np.concatenate([self._rows[at] for at in places]), np.concatenate(weights))
        near = np.unique(np.concatenate(sharing))
        near = near[cosines[near] >= least]
        return sorted(zip(cosines[near].tolist(), near.tolist(), strict=True), key=lambda one: (-one[0], one[1]))

    def _place(self, feature: str) -> slice:
        """Where the sentences that hold a feature stand, in `_rows` and `_weights`."""
        column = self._columns.get(feature)
        return slice(0, 0) if column is None else slice(*self._starts[column : column + 2])

    def _held(self, feature: str) -> int:
        place = self._place(feature)
        return int(place.stop - place.start)

    def _is(self, at: int, tag: str) -> bool:
        return any(example.tag == tag and example.right for example in self._said[at])

    def _weighed(self, features: Sequence[str]) -> NDArray[np.float64]:
        """What each feature weighs in a sentence of these, so that its length is 1."""
        weights = np.array([self._rarity.get(feature, self._rarest) for feature in features])
        return weights / (np.sqrt(weights @ weights) or 1.0)
