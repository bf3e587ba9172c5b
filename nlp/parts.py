"""Parts of a good reply: which of them were heard, and in which words.

A sentence tells little by itself: "So it's the timing?" names a concern, or is small talk. So these are weighed: how
like the part a sentence of the reply sounds, whether one is tagged as it, how many of the concern's own words the reply
takes up, of how many, and, for naming the concern, whether it begins with "so". ``suggester/parts.json`` holds how much
each counts, learnt from labelled moments (nlp.suggester.train). A pattern that asks no second opinion counts by itself,
and so does every one of a tag that knows no likeness (no rule without patterns).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, dropwhile, islice
from math import log, log1p
from typing import NamedTuple

from nlp.findings import Parts, Tag, Turn
from nlp.rules import CompiledPlaybook
from nlp.sentences import Sentences
from nlp.suggester.opinion import sounds_like
from nlp.words import BREAK, Sentence, word_set

FIRST_REPLIES = 2  # turns in which a concern is named, and in which its words are taken up
ASKED = ("handling.explore", "step.discovery")
_LEAST = 1e-4  # the least likelihood that is weighed
NODDING = 6  # words at most before what a reply begins with
_NODS = word_set("right okay yeah yes well oh ah no and hm ha sure fair enough got it i see hear you") | {BREAK}
_TURNS_AWAY = frozenset(["but", "however", "anyway"])
_STEM = 5  # letters: words that begin alike are one ("invoice", "invoicing")
_EMPTY = word_set(
    "this that these those with from have what when where which would could should there their they them then",
    "than your yours about just like need want know think going will been were because into some much more",
    "very here over well okay yeah right sure only also even still does doing done make made said mean thing",
    "things something anything nothing really",
)


class Heard(NamedTuple):
    """What a part is heard by: the tags that are it, what its sentences sound like, in how many turns of the reply;
    and whether a reply that begins by drawing a conclusion ("Right, so it's …") speaks for it.
    """

    tags: tuple[str, ...]
    sounds: tuple[str, ...]
    turns: int | None = None
    concluding: bool = False


class Weights(NamedTuple):
    """How much each thing counts: what a part sounds like (log-odds), that it is tagged and that the reply concludes
    (0 or 1), the words that are taken up and those of the concern (log of 1 + their number); and what is added. A part
    is heard where the sum is above 0.
    """

    sounds: Sequence[float]
    tagged: float
    concludes: float
    taken_up: float
    concern: float
    bias: float


PARTS: Mapping[str, Heard] = {  # asking back about a concern names it
    "acknowledge": Heard(("handling.acknowledge",), ("handling.acknowledge", "handling.explore"), FIRST_REPLIES, True),
    "explore": Heard(ASKED, ("handling.explore",)),
    "respond": Heard(("handling.respond",), ("handling.respond",)),
    "confirm": Heard(("handling.confirm",), ("handling.confirm",)),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """The rep's turns ``spoken`` on a concern that the customer told in the turns ``concern``."""

    turns: Sequence[Turn]
    by_turn: Mapping[int, Sequence[Tag]]
    sentences: Sentences
    concern: Sequence[int]
    spoken: Sequence[int]

    def named(self) -> frozenset[str]:
        """The content words of the concern."""
        return frozenset[str]().union(*(self.content(turn) for turn in self.concern))

    def taken_up(self) -> frozenset[str]:
        """Those that the first turns of the reply take up."""
        return self.named() & frozenset[str]().union(*(self.content(turn) for turn in self.spoken[:FIRST_REPLIES]))

    def concludes(self) -> bool:
        """Whether it begins with "so", nods aside."""
        spoken = (word for turn in self.spoken[:1] for word in self.sentences.words(turn))
        return next(dropwhile(_NODS.__contains__, islice(spoken, NODDING)), "") == "so"

    def content(self, turn: int) -> frozenset[str]:
        """The beginnings of a turn's content words; of the rep's, up to a "but": what follows one takes nothing up."""
        out = set()
        for word in self.sentences.words(turn):
            if word in _TURNS_AWAY and self.turns[turn].speaker != "customer":
                break
            if len(word) > 3 and word not in _EMPTY:
                out.add(word[:_STEM])
        return frozenset(out)

    def said(self, turns: int | None) -> Iterator[Sentence]:
        """The sentences of the first so many turns of the reply, or of all."""
        return chain.from_iterable(self.sentences.of(turn) for turn in self.spoken[:turns])

    def tags(self, names: Sequence[str], turns: int | None) -> Iterator[Tag]:
        """The tags of these names in the first so many turns of the reply, or in all; those named first come first."""
        among = [tag for turn in self.spoken[:turns] for tag in self.by_turn.get(turn, ())]
        return (tag for name in names for tag in among if tag.tag == name)


def parts(reply: Reply, playbook: CompiledPlaybook) -> Parts:
    """The parts heard, each with the sentence in which it was heard."""
    learnt = playbook.sounding
    found: dict[str, str | None] = {}
    for name, part in PARTS.items():
        weigh = part.tags[0] in learnt
        tags = reply.tags(part.tags, part.turns)
        sure = next((one for one in tags if not weigh or playbook.settles(one)), None)
        found[name] = reply.sentences.around(sure) if sure else _sounding(reply, name) if weigh else None
    return Parts(**found)


def weighed(reply: Reply, name: str) -> tuple[float, ...]:
    """What speaks for a part and against it, in the order of its weights."""
    part = PARTS[name]
    said = list(reply.said(part.turns))
    sounds = (max((_odds(reply, sentence, tag) for sentence in said), default=log(_LEAST)) for tag in part.sounds)
    tagged = any(True for _ in reply.tags(part.tags, part.turns))
    concludes = part.concluding and reply.concludes()
    return (*sounds, tagged, concludes, log1p(len(reply.taken_up())), log1p(len(reply.named())))


@cache
def weights() -> Mapping[str, Weights]:
    """What was learnt, by part."""
    found = json.loads(files("nlp").joinpath("suggester", "parts.json").read_text(encoding="utf-8"))
    return {name: Weights(**one) for name, one in found.items()}


def _sounding(reply: Reply, name: str) -> str | None:
    """The sentence that sounds most like a part that the reply holds."""
    if not reply.spoken or not _heard(weights()[name], weighed(reply, name)):
        return None
    own = PARTS[name].tags[0]
    return reply.sentences.written(max(reply.said(PARTS[name].turns), key=lambda one: _odds(reply, one, own)))


def _heard(learned: Weights, values: Sequence[float]) -> bool:
    sounds, *others = learned
    return sum(a * b for a, b in zip((*sounds, *others), (*values, 1.0), strict=True)) > 0


def _odds(reply: Reply, sentence: Sentence, tag: str) -> float:
    """How like a tag a sentence is, as log-odds."""
    likely = sounds_like(*reply.sentences.said(sentence)).get(tag, 0.0)
    likely = min(max(likely, _LEAST), 1 - _LEAST)
    return log(likely / (1 - likely))
