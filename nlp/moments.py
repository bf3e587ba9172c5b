"""Moments: an objection, the rep's reply up to the next topic, and how the customer took it.

A customer who says more of the same concern when the rep asks back goes on with it: that is one moment.

Parts: :mod:`nlp.parts`; faults: :mod:`nlp.handling`; the sum: :mod:`nlp.score`. A moment in the last :data:`LAST_S`
seconds, with nothing said after it, or of which it is not known who spoke, is not judged: its score is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp import handling, score
from nlp.findings import Moment, Parts, Reaction, Tag, Turn
from nlp.handling import brief
from nlp.parts import ASKED, Reply, parts
from nlp.rules import CompiledPlaybook
from nlp.sentences import Sentences
from nlp.tagger import Heard

LAST_S = 15.0
REPLY_S, REPLY_TURNS = 90.0, 12
_NEXT_TOPIC = frozenset(["step.agenda", "step.recap", "step.closing", "step.next_step"])
_REACTIONS: dict[str, Reaction] = {"reaction.positive": "positive", "reaction.negative": "negative"}


@dataclass(frozen=True, slots=True)
class _Call:
    """What is known of a call; ``by_turn``: its tags."""

    turns: Sequence[Turn]
    by_turn: dict[int, list[Tag]]
    sentences: Sentences
    playbook: CompiledPlaybook
    offers: handling.Offers


@dataclass(frozen=True, slots=True)
class _Objection:
    """``turns``: from its first to its last; ``asked``: those of them in which the rep asks back."""

    tag: str
    turns: tuple[int, ...]
    asked: tuple[int, ...] = ()


def pair(
    turns: Sequence[Turn], tags: Sequence[Tag], heard: Heard, playbook: CompiledPlaybook, duration: float | None
) -> tuple[Moment, ...]:
    """One moment for each objection; neighbouring turns with the same concern are one.

    ``turns`` of a moment holds its objection turns and all turns of the reply. A turn with two kinds of objection
    makes one moment, under the kind named first; both stay as tags. ``duration`` is the recording's length in seconds.
    """
    by_turn: dict[int, list[Tag]] = {}
    for tag in tags:
        by_turn.setdefault(tag.turn, []).append(tag)
    objections = _merge(turns, by_turn)
    if not objections:
        return ()
    call = _Call(turns, by_turn, Sentences(turns, heard), playbook, handling.survey(heard, playbook))
    out = []
    for number, objection in enumerate(objections):
        later = objections[number + 1 :]
        stop = later[0].turns[0] if later else None
        reply = _reply(turns, by_turn, objection.turns[-1], stop or len(turns))
        returned = any(other.tag == objection.tag for other in later)
        out.append(_moment(call, objection, reply, stop, duration, returned=returned))
    return tuple(out)


def _merge(turns: Sequence[Turn], by_turn: dict[int, list[Tag]]) -> list[_Objection]:
    out: list[_Objection] = []
    kinds: set[str] = set()
    for number in sorted(by_turn):
        names = [t.tag for t in by_turn[number] if t.tag.startswith("objection.")]
        if not names:
            continue
        asked = _between(turns, by_turn, out[-1].turns[-1], number) if out and kinds.intersection(names) else None
        if asked is not None:
            before = out[-1]
            out[-1] = _Objection(before.tag, tuple(range(before.turns[0], number + 1)), before.asked + asked)
            kinds.update(names)
        else:
            out.append(_Objection(names[0], (number,)))
            kinds = set(names)
    return out


def _between(turns: Sequence[Turn], by_turn: dict[int, list[Tag]], first: int, then: int) -> tuple[int, ...] | None:
    """In which turns between two the rep asks back; None where the rep does more than ask or nod."""
    spoken = [i for i in range(first + 1, then) if turns[i].speaker != "customer"]
    asked = tuple(i for i in spoken if any(tag.tag in ASKED for tag in by_turn.get(i, ())))
    said = [i for i in spoken if i not in asked and not brief(turns[i])]
    answers = not asked or asked[-1] == then - 1
    return asked if answers and not said else None


def _reply(turns: Sequence[Turn], by_turn: dict[int, list[Tag]], last: int, stop: int) -> tuple[int, ...]:
    ended = turns[last].end
    out: list[int] = []
    answered = False
    for number in range(last + 1, min(stop, last + 1 + REPLY_TURNS)):
        turn = turns[number]
        if ended is not None and turn.start is not None and turn.start - ended > REPLY_S:
            break
        here = {t.tag for t in by_turn.get(number, ())}
        if answered and here & _NEXT_TOPIC and not any(t.startswith("handling.") for t in here):
            break
        answered = answered or turn.speaker != "customer"
        out.append(number)
    return tuple(out)


def _moment(
    call: _Call,
    objection: _Objection,
    reply: tuple[int, ...],
    another: int | None,
    duration: float | None,
    *,
    returned: bool,
) -> Moment:
    """``another``: the turn in which the next objection is said."""
    turns = call.turns
    spoken = [*objection.asked, *(i for i in reply if turns[i].speaker != "customer")]
    said = [i for i in objection.turns if i not in objection.asked]
    answer = Reply(turns, call.by_turn, call.sentences, said, spoken)
    heard = parts(answer, call.playbook)
    unjudged = _unjudged(turns, objection.turns[-1], spoken, duration)
    at_once = another is not None and objection.turns[-1] + len(reply) + 1 == another
    if not unjudged and at_once and heard == Parts() and all(brief(turns[i]) for i in spoken):
        unjudged = "Not judged: the customer went on to another concern."
    faults = () if unjudged else handling.faults(answer, heard, call.offers)
    reaction = next((_REACTIONS[t.tag] for i in reversed(reply) for t in _reacted(call, i)), None)
    points = () if unjudged else score.points(heard, faults, reaction, returned=returned)
    every = (*objection.turns, *reply)
    return Moment(
        tag=objection.tag,
        turns=every,
        start=turns[every[0]].start,
        end=turns[every[-1]].end,
        score=None if unjudged else score.score(points),
        parts=heard,
        faults=faults,
        reaction=reaction,
        why=unjudged or score.why(points),
        points=points,
        exemplar=score.exemplar(points),
    )


def _reacted(call: _Call, turn: int) -> list[Tag]:
    return [t for t in reversed(call.by_turn.get(turn, ())) if t.tag in _REACTIONS]


def _unjudged(turns: Sequence[Turn], objection: int, spoken: Sequence[int], duration: float | None) -> str:
    if objection == len(turns) - 1:
        return "Not judged: nothing was said after it."
    ended = duration if duration is not None else turns[-1].end
    last = turns[objection].end
    if ended is not None and last is not None and ended - last < LAST_S:
        return "Not judged: the call ended moments later."
    if turns[objection].speaker == "unknown" or (spoken and all(turns[i].speaker == "unknown" for i in spoken)):
        return "Not judged: it is not known who said what."
    return ""
