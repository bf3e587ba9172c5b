"""Handling: what went wrong in a reply. Which parts of a good one were heard: :mod:`nlp.parts`.

Conceding rightly ("we're not the right fit") is no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.findings import Parts, Turn
from nlp.parts import ASKED, FIRST_REPLIES, Reply
from nlp.rules import CompiledPlaybook
from nlp.tagger import Heard

OVERLAP_S = 0.4  # less than this is a natural turn change
MONOLOGUE_S, MONOLOGUE_WORDS = 75.0, 190
BACKCHANNEL_WORDS = 3


@dataclass(frozen=True, slots=True)
class Offers:
    """The turns of a call in which a discount is offered, and those that concede."""

    discounts: frozenset[int]
    conceded: frozenset[int]


def survey(heard: Heard, playbook: CompiledPlaybook) -> Offers:
    """Look a call over once."""
    none = frozenset[int]()
    discounts, conceded = (heard.turns(playbook.contexts.get(name, none)) for name in ("discount", "conceded"))
    return Offers(discounts, conceded)


def faults(reply: Reply, heard: Parts, offers: Offers) -> tuple[str, ...]:
    """What went wrong in a reply in which these parts were heard."""
    turns, spoken = reply.turns, reply.spoken
    if not spoken:
        return ("ignored",) if heard == Parts() else ()
    out = []
    if _talked_over(turns, max((i for i in reply.concern if i < spoken[0]), default=reply.concern[-1]), spoken[0]):
        out.append("talked_over")
    if heard == Parts() and not offers.conceded.intersection(spoken) and not reply.taken_up():
        out.append("ignored")
    asked = next((tag.turn for tag in reply.tags(ASKED, None)), len(turns))
    if any(i in offers.discounts and i < asked for i in spoken[:FIRST_REPLIES]):
        out.append("discounted_at_once")
    if _monologue(turns, spoken):
        out.append("monologue")
    return tuple(out)


def _talked_over(turns: Sequence[Turn], objection: int, reply: int) -> bool:
    ended, began = turns[objection].end, turns[reply].start
    if ended is None or began is None or reply < objection or brief(turns[reply]):
        return False
    return ended - began > OVERLAP_S


def _monologue(turns: Sequence[Turn], spoken: Sequence[int]) -> bool:
    """Whether the rep speaks for too long at a stretch; a nod of the customer ends no stretch."""
    began, words = spoken[0], 0
    for here, then in zip(spoken, [*spoken[1:], len(turns)], strict=True):
        words += len(turns[here].text.split())
        start, end = turns[began].start, turns[here].end
        if (end - start > MONOLOGUE_S) if start is not None and end is not None else words > MONOLOGUE_WORDS:
            return True
        if not all(brief(turns[i]) for i in range(here + 1, min(then, len(turns)))):
            began, words = then, 0
    return False


def brief(turn: Turn) -> bool:
    """Whether a turn is no more than a nod ("Mm-hm", "okay, sure")."""
    return len(turn.text.split()) <= BACKCHANNEL_WORDS
