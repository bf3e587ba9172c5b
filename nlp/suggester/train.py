"""Makes the classifiers that come with the package: `python -m nlp.suggester.train`. Takes half a minute.

Its threshold is chosen on sentences held out: five times, a fifth of them is judged by a classifier that has learnt
from the others. Above the threshold three in four suggestions are right; docs/suggestions.md says how many that leaves,
and how it is for the sentences that no pattern reaches.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.analyse import load_default
from nlp.findings import Speaker, Tag, Turn
from nlp.parts import PARTS, Reply, Weights, weighed
from nlp.rules import CompiledPlaybook
from nlp.sentences import Sentences
from nlp.suggester.features import of_call, of_text
from nlp.suggester.known import (
    FAMILY,
    NOTHING,
    REPLIES,
    Example,
    calls,
    fingerprint,
    fingerprint_of_calls,
    moments,
    of_playbook,
    replies,
)
from nlp.suggester.model import Known, Model, learn, train
from nlp.suggester.neighbours import Neighbours
from nlp.suggester.opinion import packaged_replies
from nlp.suggestions import LEAST_WORDS, sentences
from nlp.tagger import hear, tag
from nlp.words import stream

PRECISION = 0.75
LEAST = 0.2  # a likeness below which nobody would want a suggestion
FOLDS = 5
FEWEST_CALLS = 8  # that hold a word, so that something is learnt from it
FEWEST = 20  # suggestions that a precision may be read from
WEIGHTS = Path(__file__).parent / "weights.npz"
WEIGHTS_OF_REPLIES = Path(__file__).parent / "replies.npz"
WEIGHTS_OF_CALLS = Path(__file__).parent / "calls.npz"
WEIGHTS_OF_PARTS = Path(__file__).parent / "parts.json"
NEWTON = 20  # steps; it stands still after ten


@dataclass(frozen=True, slots=True)
class Judged:
    """One held-out sentence: the likeliest tag and whether that is right, whether it is an objection at all."""

    text: str
    tag: str
    likeness: float
    right: bool
    objection: bool
    reached: bool  # a pattern tags it already


def held_out(examples: Sequence[Example], playbook: CompiledPlaybook) -> tuple[Judged, ...]:
    """The sentences that a classifier which has not learnt from them would suggest, the likeliest first."""
    tags: dict[str, set[str]] = {}
    for example in examples:
        tags.setdefault(example.text, set()).update({example.tag} if example.right and example.tag else ())
    texts = sorted(text for text in tags if len(text.split()) >= LEAST_WORDS)
    turns = [Turn("customer", text) for text in texts]
    reached = {t.turn for t in tag(turns, hear(turns, playbook), playbook) if t.tag.startswith(FAMILY)}
    found = []
    for fold in range(FOLDS):
        model = train([e for e in examples if _fold(e.text) != fold], made_from="")
        known = Neighbours([e for e in examples if _fold(e.text) != fold], model)
        numbers = [number for number, text in enumerate(texts) if _fold(text) == fold]
        seen = [of_text(texts[number]) for number in numbers]
        for number, features, row in zip(numbers, seen, model.likeness(seen), strict=True):
            best, value, own = model.tags[int(np.argmax(row))], float(row.max()), tags[texts[number]]
            if value >= LEAST and known.like(features, best):
                found.append(Judged(texts[number], best, value, best in own, bool(own), number in reached))
    return tuple(sorted(found, key=lambda one: (-one.likeness, one.text)))


def threshold(judged: Sequence[Judged]) -> float:
    """The least likeness above which the precision asked for is reached; above 1 where none is."""
    best, right = 1.01, 0
    for count, one in enumerate(judged, 1):
        right += one.right
        if count >= FEWEST and right / count >= PRECISION:
            best = one.likeness
    return best


def _fold(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % FOLDS


def build(playbook: CompiledPlaybook, least: float) -> Model:
    """The classifier of the package, with this threshold."""
    known = sentences(playbook)
    return train(known, threshold=least, made_from=fingerprint(known))


def sentences_of_replies(playbook: CompiledPlaybook) -> tuple[Example, ...]:
    """What the classifier of reps' sentences learns from: ours, and the playbook's examples."""
    return (*replies(), *of_playbook(playbook, REPLIES))


def build_replies(playbook: CompiledPlaybook) -> Model:
    """The package's classifier of what reps say. It suggests nothing, and so needs no threshold."""
    known = sentences_of_replies(playbook)
    return train(known, made_from=fingerprint(known))


def build_calls() -> Model:
    """The package's classifier of types of call. It learns each with its sides, and as one of unknown voices."""
    known = calls()
    unknown: list[Speaker]
    seen = []
    for call in known:
        words, unknown = stream([turn.text for turn in call.turns]), ["unknown"] * len(call.turns)
        ways = ([turn.speaker for turn in call.turns], unknown)
        seen += [Known(frozenset().union(*of_call(words, way)), {call.type} - {NOTHING}) for way in ways]
    return learn(seen, made_from=fingerprint_of_calls(known), fewest=FEWEST_CALLS)


def build_parts(playbook: CompiledPlaybook) -> dict[str, Weights]:
    """What each part of a good reply is heard by, learnt from whole moments."""
    known = moments()
    replies = [as_reply(one.turns, playbook) for one in known]
    found = {}
    for name in PARTS:
        values = np.array([(*weighed(reply, name), 1.0) for reply in replies])
        learnt = _regress(values, np.array([name in one.parts for one in known])).tolist()
        others = len(Weights._fields) - 1
        found[name] = Weights(learnt[:-others], *learnt[-others:])
    return found


def as_reply(turns: Sequence[Turn], playbook: CompiledPlaybook) -> Reply:
    """A moment as a reply: what the customer says first is the concern."""
    heard = hear(turns, playbook)
    by_turn: dict[int, list[Tag]] = {}
    for one in tag(turns, heard, playbook):
        by_turn.setdefault(one.turn, []).append(one)
    spoken = [number for number, turn in enumerate(turns) if turn.speaker == "rep"]
    return Reply(turns, by_turn, Sentences(turns, heard), range(spoken[0]), spoken)


def _regress(values: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of a logistic regression, by Newton's method, to three places; the last column is the bias, not held."""
    weights, held = np.zeros(values.shape[1]), np.array([*np.ones(values.shape[1] - 1), 0.0])
    for _ in range(NEWTON):
        likely = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (likely - right) + held * weights
        bend = (values.T * (likely * (1 - likely))) @ values + np.diag(held)
        weights -= np.linalg.solve(bend, slope)
    return np.round(weights, 3)


def main() -> int:
    """Train, choose the threshold, write the weights and say what they are worth."""
    playbook = load_default()
    WEIGHTS_OF_REPLIES.write_bytes(build_replies(playbook).to_bytes())
    WEIGHTS_OF_CALLS.write_bytes(build_calls().to_bytes())
    packaged_replies.cache_clear()
    told = {name: one._asdict() for name, one in build_parts(playbook).items()}
    WEIGHTS_OF_PARTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    judged = held_out(sentences(playbook), playbook)
    unreached = [one for one in judged if not one.reached]
    least = threshold(judged)
    for name, some in (("all", judged), ("no pattern reaches", unreached)):
        print(f"held out, {name}:")
        for at in (least, 0.5, 0.4, 0.3):
            above = [one for one in some if one.likeness >= at]
            right, any_kind = sum(one.right for one in above), sum(one.objection for one in above)
            print(f"  likeness {at:.2f}: {len(above)} suggested, {right} right, {any_kind} objections of any kind")
    model = build(playbook, least)
    WEIGHTS.write_bytes(model.to_bytes())
    for file in (WEIGHTS, WEIGHTS_OF_REPLIES, WEIGHTS_OF_CALLS):
        print(f"{file.name}: {file.stat().st_size:,} bytes")
    print(f"{len(model.columns)} features, threshold {least:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
