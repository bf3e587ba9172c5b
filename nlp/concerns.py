"""Concerns: the objections of a call in their surroundings.

A tag knows its own turn only. Here neighbouring turns with the same objection are one concern, also where the rep asks
back in between. What only answers a question about the customer ("What does it cost you?" "Agency's forty-one an
hour. You do the math") is a concern where the encoder is quite sure; "How does that sound?" is no such question. What
is said in few words, or was found by its sound alone, is one where the encoder is fairly sure or the rep meets it:
acknowledges it, or asks about it. A pattern that asks no second opinion settles it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.findings import Tag, Turn
from nlp.handling import brief
from nlp.parts import ASKED
from nlp.rules import CompiledPlaybook
from nlp.sentences import Sentences
from nlp.suggester.known import FAMILY
from nlp.suggester.opinion import Judged, likely_objection, sounds_like
from nlp.tagger import Heard

ANSWERED, SOUNDED, SAID_BRIEFLY = 0.96, 0.85, 0.8  # how like an objection each must be
FEW_WORDS = 10
MET = frozenset(["handling.acknowledge", "handling.explore"])


@dataclass(frozen=True, slots=True)
class Concern:
    """``turns``: from its first to its last; ``asked``: those of them in which the rep asks back."""

    tag: str
    turns: tuple[int, ...]
    asked: tuple[int, ...] = ()


def talk(
    turns: Sequence[Turn], tags: Sequence[Tag], heard: Heard, playbook: CompiledPlaybook, judged: Judged | None = None
) -> Talk:
    """A call with its tags; ``judged`` is what the encoder is known to say of its sentences."""
    by_turn: dict[int, list[Tag]] = {}
    for tag in tags:
        by_turn.setdefault(tag.turn, []).append(tag)
    asking = heard.turns(playbook.contexts.get("opinion_asked", frozenset()))
    return Talk(turns, by_turn, Sentences(turns, heard), playbook, judged or Judged(), asking)


@dataclass(frozen=True, slots=True)
class Talk:
    """What is known of a call; ``by_turn``: its tags; ``judged``: what the encoder says of its sentences;
    ``opinion_asked``: the turns that ask what the other side makes of it.
    """

    turns: Sequence[Turn]
    by_turn: Mapping[int, Sequence[Tag]]
    sentences: Sentences
    playbook: CompiledPlaybook
    judged: Judged
    opinion_asked: frozenset[int]

    def concerns(self) -> list[Concern]:
        """In the order of the call; of a turn with two kinds the one that is named first."""
        out: list[Concern] = []
        kinds: set[str] = set()
        for number in sorted(self.by_turn):
            tags = [tag for tag in self.by_turn[number] if tag.tag.startswith(FAMILY)]
            names = [tag.tag for tag in tags]
            if not names:
                continue
            asked = self._between(out[-1].turns[-1], number) if kinds.intersection(names) else None
            if asked is not None:
                before = out[-1]
                out[-1] = Concern(before.tag, tuple(range(before.turns[0], number + 1)), before.asked + asked)
                kinds.update(names)
            elif not self._doubtful(number, tags):
                out.append(Concern(names[0], (number,)))
                kinds = set(names)
        return out

    def _between(self, first: int, then: int) -> tuple[int, ...] | None:
        """In which turns between two the rep asks back; None where the rep does more than ask or nod."""
        spoken = [i for i in range(first + 1, then) if self.turns[i].speaker != "customer"]
        asked = tuple(i for i in spoken if any(tag.tag in ASKED for tag in self.by_turn.get(i, ())))
        said = [i for i in spoken if i not in asked and not brief(self.turns[i])]
        answers = not asked or asked[-1] == then - 1
        return asked if answers and not said else None

    def _doubtful(self, number: int, tags: Sequence[Tag]) -> bool:
        """Whether a turn with these objections is no concern, since it only answers or gives too little."""
        turn = self.turns[number]
        if turn.speaker != "customer":
            return False
        if any(tag.tag not in self.playbook.sounding or self.playbook.settles(tag) for tag in tags):
            return False
        least = self._least(number, tags)
        return bool(least) and likely_objection(turn.text, self.judged) < least

    def _least(self, number: int, tags: Sequence[Tag]) -> float:
        """How like an objection the turn must be, from 0 to 1."""
        if self.answers(number):
            return ANSWERED
        if self._met(number):
            return 0.0
        if all(map(self.playbook.sounds, tags)):
            return SOUNDED
        return SAID_BRIEFLY if len(self.turns[number].text.split()) <= FEW_WORDS else 0.0

    def _met(self, number: int) -> bool:
        """Whether what the rep says next acknowledges it or asks about it."""
        then = next((i for i in range(number + 1, len(self.turns)) if self.turns[i].speaker != "customer"), number)
        return any(tag.tag in MET for tag in self.by_turn.get(then, ()))

    def answers(self, number: int) -> bool:
        """Whether the rep's turn before ends with a question about the customer; without punctuation, holds one."""
        if number == 0 or self.turns[number - 1].speaker != "rep" or number - 1 in self.opinion_asked:
            return False
        said = list(self.sentences.of(number - 1))
        if len(said) == 1 and any(tag.tag in ASKED for tag in self.by_turn.get(number - 1, ())):
            return True
        if not self.sentences.asks(number - 1):
            return False
        likely = sounds_like(*self.sentences.said(said[-1]))
        return max(likely.get(name, 0.0) for name in ASKED) > likely.get("handling.confirm", 0.0)
