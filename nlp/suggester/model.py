"""The classifier: logistic regression over words and pairs of words, learnt with the optimiser that spaCy learns with.

A feature weighs ``log(sentences / sentences that hold it)``; one that a single sentence holds is left out, because
nothing can be learnt from it; a sentence's features are brought to length 1. (spaCy's own TextCatBOW weighs all words
alike, which made it much less precise on our few sentences: docs/suggestions.md.)
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from thinc.api import Adam

from nlp.suggester.features import of_text
from nlp.suggester.known import Example

Floats: TypeAlias = NDArray[np.float32]

PASSES = 150
RATE = 0.05
DECAY = 1e-4
JUDGED_COUNTS = 3  # what the team says of its own calls weighs as much as three of our sentences


@dataclass(frozen=True, repr=False)
class Model:
    """Weights by feature and tag. ``made_from`` is the fingerprint of the sentences it has learnt from."""

    tags: tuple[str, ...]
    columns: Mapping[str, int]
    rarity: Floats  # by column
    weights: Floats  # (columns, tags)
    bias: Floats
    threshold: float
    made_from: str

    @cached_property
    def rarest(self) -> np.float32:
        """What the rarest feature weighs, and one that is not known."""
        return _rarest(self.rarity)

    def likeness(self, sentences: Sequence[AbstractSet[str]]) -> Floats:
        """Probabilities of each tag, (sentences, tags); a sentence is its features."""
        scores = np.empty((len(sentences), len(self.tags)), np.float32)
        for row, features in enumerate(sentences):
            at, weighed = _weighed(features, self.columns, self.rarity, self.rarest)
            scores[row] = weighed @ self.weights[at] + self.bias
        return _probability(scores)

    def pull(self, features: AbstractSet[str], tag: str) -> float:
        """How much some features speak for a tag, above 0, or against it."""
        at = [self.columns[feature] for feature in features if feature in self.columns]
        return float(self.rarity[at] @ self.weights[at, self.tags.index(tag)])

    def to_bytes(self) -> bytes:
        """The model as a compressed npz file, the same bytes for the same model."""
        out = io.BytesIO()
        texts = ("\n".join(lines).encode() for lines in (self.tags, self.columns, (self.made_from,)))
        tags, columns, made_from = (np.frombuffer(text, np.uint8) for text in texts)
        np.savez_compressed(
            out,
            tags=tags,
            columns=columns,
            made_from=made_from,
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
            threshold=np.float32(self.threshold),
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Model:
        """Raises ValueError, KeyError, OSError or zipfile.BadZipFile where these are not a model's bytes."""
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            tags, columns, made_from = (
                found[name].tobytes().decode().split("\n") for name in ("tags", "columns", "made_from")
            )
            return cls(
                tags=tuple(tags),
                columns={name: at for at, name in enumerate(columns)},
                rarity=found["rarity"],
                weights=found["weights"],
                bias=found["bias"],
                threshold=float(found["threshold"]),
                made_from=made_from[0],
            )


class Known(NamedTuple):
    """What is learnt from: the features of a sentence, or of more; its tags; how much it counts."""

    features: AbstractSet[str]
    tags: AbstractSet[str]
    counts: int = 1


def train(examples: Sequence[Example], *, made_from: str, threshold: float = 1.0) -> Model:
    """Learn from these sentences. Nothing is left to chance: the same sentences give the same weights."""
    times: Counter[str] = Counter()
    labels: dict[str, set[str]] = {}  # by text, in order
    for example in sorted(set(examples), key=lambda one: one.order):
        found = labels.setdefault(example.text, set())
        if example.right and example.tag is not None:
            found.add(example.tag)
        times[example.text] = max(times[example.text], JUDGED_COUNTS if example.judged else 1)
    known = [Known(of_text(text), found, times[text]) for text, found in labels.items()]
    return learn(known, made_from=made_from, threshold=threshold)


def learn(known: Sequence[Known], *, made_from: str, threshold: float = 1.0, fewest: int = 2) -> Model:
    """Learn from these. A feature that fewer of them hold is left out."""
    tags = tuple(sorted(set().union(*(one.tags for one in known))))
    held = Counter(feature for one in known for feature in one.features)
    columns = {name: at for at, name in enumerate(sorted(name for name, count in held.items() if count >= fewest))}
    rarity = np.log(len(known) / np.array([held[name] for name in columns], np.float32)).astype(np.float32)
    rarest = _rarest(rarity)
    seen = [_weighed(one.features, columns, rarity, rarest) for one in known]
    right = np.zeros((len(known), len(tags)), np.float32)
    for row, one in enumerate(known):
        right[row, [tags.index(tag) for tag in one.tags]] = 1
    counts = np.array([one.counts for one in known], np.float32)[:, None]
    weights, bias = _fit(seen, len(columns), right, counts / counts.sum())
    return Model(tags, columns, rarity, weights, bias, threshold, made_from)


def _rarest(rarity: Floats) -> np.float32:
    return np.float32(np.max(rarity, initial=1.0))


def _weighed(
    features: AbstractSet[str], columns: Mapping[str, int], rarity: Floats, rarest: np.float32
) -> tuple[list[int], Floats]:
    """Columns and weights of a sentence, of length 1 if all its words are known: the others make it less sure."""
    at = sorted(columns[f] for f in features if f in columns)
    strange = sum(" " not in f for f in features if f not in columns)
    weighed = rarity[at]
    length = np.float32(np.sqrt(weighed @ weighed + strange * rarest**2))
    return at, weighed / np.maximum(length, np.float32(1e-6))


def _fit(seen: Sequence[tuple[list[int], Floats]], columns: int, right: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Weights and bias. Few columns stand in a sentence, so only those are reckoned with; the bias is one more."""
    rows = np.repeat(np.arange(len(seen)), [len(at) + 1 for at, _ in seen])
    at = np.concatenate([[*own, columns] for own, _ in seen])
    values = np.concatenate([np.append(own, np.float32(1)) for _, own in seen])[:, None]
    row_starts = np.searchsorted(rows, np.arange(len(seen)))
    order = np.argsort(at, kind="stable")
    column_starts = np.searchsorted(at[order], np.arange(columns + 1))
    weights = np.zeros((columns + 1, right.shape[1]), np.float32)
    weights[-1] = -2.0  # most sentences are none of them
    step = Adam(RATE, L2=DECAY, L2_is_weight_decay=False, grad_clip=0.0, use_averages=False)
    for _ in range(PASSES):
        scores = np.add.reduceat(weights[at] * values, row_starts)
        slope = (_probability(scores) - right) * share  # of cross entropy
        gradient = np.add.reduceat(slope[rows[order]] * values[order], column_starts)
        weights, _ = step((0, "weights"), weights, gradient)
    return weights[:-1], weights[-1]


def _probability(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-scores)), np.float32)
