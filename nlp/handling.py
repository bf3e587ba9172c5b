"""Handling: which parts of a good reply were heard, in which words, and what went wrong.

The rep names the concern in one of the first two turns of the reply (a tag, or content words of the objection taken
up before any "but"), asks back, gives evidence, checks. Conceding rightly ("we're not the right fit") is no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.findings import Parts, Tag, Turn
from nlp.rules import CompiledPlaybook
from nlp.sentences import Sentences
from nlp.tagger import Heard
from nlp.words import word_set

OVERLAP_S = 0.4  # less than this is a natural turn change
MONOLOGUE_S, MONOLOGUE_WORDS = 75.0, 190
BACKCHANNEL_WORDS = 3
ECHO_WORDS = 2  # content words of the objection that a reply must take up to have named the concern
SHORT_OBJECTION = 4
FIRST_REPLIES = 2
ASKED = ("handling.explore", "step.discovery")
_TURNS_AWAY = frozenset(["but", "however", "anyway"])
_EMPTY = word_set(
    "this that these those with from have what when where which would could should there their they them then",
    "than your yours about just like need want know think going will been were because into some much more",
    "very here over well okay yeah right sure only also even still does doing done make made said mean thing",
    "things something anything nothing really",
)


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call: its tags by turn, its sentences, the turns that offer a discount or concede."""

    turns: Sequence[Turn]
    by_turn: dict[int, list[Tag]]
    sentences: Sentences
    discounts: frozenset[int]
    conceded: frozenset[int]


def survey(turns: Sequence[Turn], by_turn: dict[int, list[Tag]], heard: Heard, playbook: CompiledPlaybook) -> Call:
    """Look a call over once."""

    def heard_in(context: str) -> frozenset[int]:
        wanted = playbook.contexts.get(context, frozenset())
        return frozenset(heard.stream.sentences[hit.sentence].turn for hit in heard.hits if hit.pattern in wanted)

    return Call(turns, by_turn, Sentences(turns, heard), heard_in("discount"), heard_in("conceded"))


def parts(call: Call, objection: Sequence[int], spoken: Sequence[int]) -> Parts:
    """The parts heard in the rep's turns ``spoken``, each with the sentence in which it was heard."""

    def first(among: Sequence[int], *names: str) -> str | None:
        found = (t for name in names for i in among for t in call.by_turn.get(i, ()) if t.tag == name)
        return next((call.sentences.around(t) for t in found), None)

    return Parts(
        acknowledge=first(spoken[:FIRST_REPLIES], "handling.acknowledge") or _echo(call, objection, spoken),
        explore=first(spoken, *ASKED),
        respond=first(spoken, "handling.respond"),
        confirm=first(spoken, "handling.confirm"),
    )


def faults(call: Call, objection: Sequence[int], spoken: Sequence[int], heard: Parts) -> tuple[str, ...]:
    """What went wrong in the rep's turns ``spoken``."""
    if not spoken:
        return ("ignored",) if heard == Parts() else ()
    out = []
    if _talked_over(call.turns, max((i for i in objection if i < spoken[0]), default=objection[-1]), spoken[0]):
        out.append("talked_over")
    if heard == Parts() and not call.conceded.intersection(spoken):
        concern = _concern(call, objection)
        if not any(concern & _content(call, i) for i in spoken[:FIRST_REPLIES]):
            out.append("ignored")
    asked = next((i for i in spoken if any(t.tag in ASKED for t in call.by_turn.get(i, ()))), len(call.turns))
    if any(i in call.discounts and i < asked for i in spoken[:FIRST_REPLIES]):
        out.append("discounted_at_once")
    if _monologue(call.turns, spoken):
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


def _echo(call: Call, objection: Sequence[int], spoken: Sequence[int]) -> str | None:
    """The first reply, where it takes up the concern's own words and doesn't ask."""
    if not spoken or "?" in call.turns[spoken[0]].text[:40]:
        return None
    concern = _concern(call, objection)
    needed = ECHO_WORDS if len(concern) >= SHORT_OBJECTION else 1
    return call.turns[spoken[0]].text if len(concern & _content(call, spoken[0])) >= needed else None


def _concern(call: Call, objection: Sequence[int]) -> frozenset[str]:
    return frozenset[str]().union(*(_content(call, i) for i in objection))


def _content(call: Call, turn: int) -> frozenset[str]:
    """The beginnings of a turn's content words; of the rep's, up to a "but": what follows one takes nothing up."""
    out = set()
    for word in call.sentences.words(turn):
        if word in _TURNS_AWAY and call.turns[turn].speaker != "customer":
            break
        if len(word) > 3 and word not in _EMPTY:
            out.add(word[:5])
    return frozenset(out)
