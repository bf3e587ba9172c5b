"""Moments: a concern, the rep's reply up to the next topic, and how the customer took it.

Concerns: :mod:`nlp.concerns`; parts: :mod:`nlp.parts`; faults: :mod:`nlp.handling`; the sum: :mod:`nlp.score`. A
moment in the last :data:`LAST_S` seconds, with nothing said after it, or of which it is not known who spoke, is not
judged: its score is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp import handling, score
from nlp.concerns import Concern, Talk
from nlp.findings import Moment, Parts, Reaction, Tag, Turn
from nlp.handling import brief
from nlp.parts import Reply, parts
from nlp.tagger import Heard

LAST_S = 15.0
REPLY_S, REPLY_TURNS = 90.0, 12
_NEXT_TOPIC = frozenset(["step.agenda", "step.recap", "step.closing", "step.next_step"])
_REACTIONS: dict[str, Reaction] = {"reaction.positive": "positive", "reaction.negative": "negative"}


def pair(talk: Talk, heard: Heard, *, duration: float | None = None) -> tuple[Moment, ...]:
    """One moment for each concern.

    ``turns`` of a moment holds the turns of the concern and all turns of the reply. A turn with two kinds of objection
    makes one moment, under the kind named first; both stay as tags. ``duration`` is the recording's length in seconds.
    """
    concerns = talk.concerns()
    if not concerns:
        return ()
    turns, by_turn = talk.turns, talk.by_turn
    offers = handling.survey(heard, talk.playbook)
    out = []
    for number, concern in enumerate(concerns):
        later = concerns[number + 1 :]
        stop = later[0].turns[0] if later else None
        reply = _reply(turns, by_turn, concern.turns[-1], stop or len(turns))
        returned = any(other.tag == concern.tag for other in later)
        out.append(_moment(talk, offers, concern, reply, another=stop, duration=duration, returned=returned))
    return tuple(out)


def _reply(turns: Sequence[Turn], by_turn: Mapping[int, Sequence[Tag]], last: int, stop: int) -> tuple[int, ...]:
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
    talk: Talk,
    offers: handling.Offers,
    concern: Concern,
    reply: tuple[int, ...],
    *,
    another: int | None,
    duration: float | None,
    returned: bool,
) -> Moment:
    """``another``: the turn in which the next objection is said."""
    turns = talk.turns
    spoken = [*concern.asked, *(i for i in reply if turns[i].speaker != "customer")]
    said = [i for i in concern.turns if i not in concern.asked]
    answer = Reply(turns, talk.by_turn, talk.sentences, said, spoken)
    heard = parts(answer, talk.playbook)
    unjudged = _unjudged(turns, concern.turns[-1], spoken, duration)
    at_once = another is not None and concern.turns[-1] + len(reply) + 1 == another
    if not unjudged and at_once and heard == Parts() and all(brief(turns[i]) for i in spoken):
        unjudged = "Not judged: the customer went on to another concern."
    faults = () if unjudged else handling.faults(answer, heard, offers)
    reaction = next((_REACTIONS[t.tag] for i in reversed(reply) for t in _reacted(talk, i)), None)
    points = () if unjudged else score.points(heard, faults, reaction, returned=returned)
    every = (*concern.turns, *reply)
    return Moment(
        tag=concern.tag,
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


def _reacted(talk: Talk, turn: int) -> list[Tag]:
    return [t for t in reversed(talk.by_turn.get(turn, ())) if t.tag in _REACTIONS]


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
