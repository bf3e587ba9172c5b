"""Moments: an objection, the rep's reply up to the next topic, and how the customer took it.

The score is a sum, shown with its parts; it sorts moments and never grades a person::

    acknowledge 1 + explore 3 + respond 2 + confirm 3 + positive reaction 1
    - 2 for each fault - 1 for a negative reaction - 1 where the same concern comes back later;  from 0 to 10

The weights follow what coaches say (docs: COACH): asking back and checking count most, sympathy alone counts little.
A moment in the last :data:`LAST_S` seconds, or with nothing said after it, is not judged: its score is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.findings import Moment, Parts, Reaction, Tag, Turn
from nlp.rules import CompiledPlaybook
from nlp.tagger import Heard
from nlp.words import word_set

WEIGHTS = {"acknowledge": 1, "explore": 3, "respond": 2, "confirm": 3}
FAULT, REACTION, RETURNED, MOST = 2, 1, 1, 10
LAST_S = 15.0
OVERLAP_S = 0.4  # less than this is a natural turn change
MONOLOGUE_S, MONOLOGUE_WORDS = 75.0, 190
REPLY_S, REPLY_TURNS = 90.0, 12
BACKCHANNEL_WORDS = 3
ECHO_WORDS = 2  # content words of the objection that a reply must take up to have named the concern
SHORT_OBJECTION = 4
FIRST_REPLIES = 2
_NEXT_TOPIC = frozenset(["step.agenda", "step.recap", "step.closing", "step.next_step"])
_FAULTS = {
    "talked_over": "the rep began before the customer had finished",
    "ignored": "the concern was not taken up",
    "discounted_at_once": "a discount was offered before any question",
    "monologue": "the reply ran long",
}
_PARTS = {
    "acknowledge": ("named the concern", "naming the concern"),
    "explore": ("asked back", "a question back"),
    "respond": ("gave evidence", "evidence"),
    "confirm": ("checked that it was settled", "a check that it was settled"),
}
_TURNS_AWAY = frozenset(["but", "however", "anyway"])
_EMPTY = word_set(
    "this that these those with from have what when where which would could should there their they them then",
    "than your yours about just like need want know think going will been were because into some much more",
    "very here over well okay yeah right sure only also even still does doing done make made said mean thing",
    "things something anything nothing really",
)


@dataclass(frozen=True, slots=True)
class _Call:
    """What is known of each turn: its tags, its content words, whether it offers a discount."""

    turns: Sequence[Turn]
    by_turn: dict[int, list[Tag]]
    words: Sequence[frozenset[str]]
    discounts: frozenset[int]
    duration: float | None


@dataclass(frozen=True, slots=True)
class _Objection:
    tag: str
    turns: tuple[int, ...]
    quote: str


def pair(
    turns: Sequence[Turn], tags: Sequence[Tag], heard: Heard, playbook: CompiledPlaybook, duration: float | None
) -> tuple[Moment, ...]:
    """One moment for each objection; neighbouring turns with the same concern are one.

    ``turns`` of a moment holds its objection turns and all turns of the reply. A turn with two kinds of objection
    makes one moment, under the kind
    named first; both stay as tags.
    """
    by_turn: dict[int, list[Tag]] = {}
    for tag in tags:
        by_turn.setdefault(tag.turn, []).append(tag)
    call = _Call(
        turns=turns,
        by_turn=by_turn,
        words=_content(heard, turns),
        discounts=_turns_with(heard, playbook.contexts.get("discount", frozenset())),
        duration=duration,
    )
    objections = _merge(turns, by_turn)
    out = []
    for number, objection in enumerate(objections):
        stop = objections[number + 1].turns[0] if number + 1 < len(objections) else len(turns)
        reply = _reply(turns, by_turn, objection.turns[-1], stop)
        returned = any(later.tag == objection.tag for later in objections[number + 1 :])
        out.append(_moment(call, objection, reply, returned=returned))
    return tuple(out)


def _merge(turns: Sequence[Turn], by_turn: dict[int, list[Tag]]) -> list[_Objection]:
    out: list[_Objection] = []
    kinds: set[str] = set()
    for number in sorted(by_turn):
        found = [t for t in by_turn[number] if t.tag.startswith("objection.")]
        if not found:
            continue
        names = {t.tag for t in found}
        if out and kinds & names and _joined(turns, out[-1].turns[-1], number):
            out[-1] = _Objection(out[-1].tag, tuple(range(out[-1].turns[0], number + 1)), out[-1].quote)
            kinds |= names
        else:
            out.append(_Objection(found[0].tag, (number,), found[0].quote))
            kinds = names
    return out


def _joined(turns: Sequence[Turn], first: int, then: int) -> bool:
    return all(
        turns[i].speaker == "customer" or len(turns[i].text.split()) <= BACKCHANNEL_WORDS
        for i in range(first + 1, then)
    )


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


def _content(heard: Heard, turns: Sequence[Turn]) -> list[frozenset[str]]:
    """The content words of each turn; of the rep's, up to a "but": what follows one takes nothing up."""
    words: list[set[str]] = [set() for _ in turns]
    turned: set[int] = set()
    for sentence in heard.stream.sentences:
        for word in heard.stream.words[sentence.start : sentence.end]:
            if word in _TURNS_AWAY and turns[sentence.turn].speaker != "customer":
                turned.add(sentence.turn)
            if sentence.turn not in turned and len(word) > 3 and word not in _EMPTY:
                words[sentence.turn].add(_stem(word))
    return [frozenset(found) for found in words]


def _said(words: Sequence[frozenset[str]], objection: _Objection) -> frozenset[str]:
    return frozenset[str]().union(*(words[i] for i in objection.turns))


def _stem(word: str) -> str:
    return word[:5]


def _turns_with(heard: Heard, patterns: frozenset[int]) -> frozenset[int]:
    return frozenset(heard.stream.sentences[h.sentence].turn for h in heard.hits if h.pattern in patterns)


def _moment(call: _Call, objection: _Objection, reply: tuple[int, ...], *, returned: bool) -> Moment:
    turns = call.turns
    spoken = [i for i in reply if turns[i].speaker != "customer"]
    parts = _parts(call, objection, spoken)
    faults = _faults(call, objection, spoken, parts)
    reaction = _reaction(call.by_turn, reply)
    every = (*objection.turns, *reply)
    last = turns[objection.turns[-1]]
    unjudged = _unjudged(last, turns, objection.turns[-1], call.duration)
    score = None
    if not unjudged:
        score = sum(w for part, w in WEIGHTS.items() if getattr(parts, part)) - FAULT * len(faults)
        score += {"positive": REACTION, "negative": -REACTION, None: 0}[reaction] - RETURNED * returned
        score = max(0, min(MOST, score))
    return Moment(
        tag=objection.tag,
        turns=every,
        start=turns[every[0]].start,
        end=turns[every[-1]].end,
        score=score,
        parts=parts,
        faults=() if unjudged else faults,
        reaction=reaction,
        why=unjudged or _why(parts, faults, reaction, returned=returned),
    )


def _unjudged(last: Turn, turns: Sequence[Turn], number: int, duration: float | None) -> str:
    if number == len(turns) - 1:
        return "Not judged: nothing was said after it."
    ended = duration if duration is not None else turns[-1].end
    if ended is not None and last.end is not None and ended - last.end < LAST_S:
        return "Not judged: the call ended moments later."
    if all(t.speaker == "unknown" for t in turns):
        return "Not judged: it is not known who said what."
    return ""


def _parts(call: _Call, objection: _Objection, spoken: Sequence[int]) -> Parts:
    turns, by_turn, words = call.turns, call.by_turn, call.words

    def first(among: Sequence[int], *names: str) -> str | None:
        return next((t.quote for i in among for t in by_turn.get(i, ()) if t.tag in names), None)

    acknowledge = first(spoken[:FIRST_REPLIES], "handling.acknowledge")
    if acknowledge is None and spoken and "?" not in turns[spoken[0]].text[:40]:
        concern = _said(words, objection)
        needed = ECHO_WORDS if len(concern) >= SHORT_OBJECTION else 1
        if len(concern & words[spoken[0]]) >= needed:
            acknowledge = turns[spoken[0]].text
    return Parts(
        acknowledge=acknowledge,
        explore=first(spoken, "handling.explore") or first(spoken, "step.discovery"),
        respond=first(spoken, "handling.respond"),
        confirm=first(spoken, "handling.confirm"),
    )


def _faults(call: _Call, objection: _Objection, spoken: Sequence[int], parts: Parts) -> tuple[str, ...]:
    turns, by_turn, words, discounts = call.turns, call.by_turn, call.words, call.discounts
    last = turns[objection.turns[-1]]
    out = []
    if spoken:
        reply = turns[spoken[0]]
        if (
            last.end is not None
            and reply.start is not None
            and spoken[0] > objection.turns[-1]
            and last.end - reply.start > OVERLAP_S
        ):
            out.append("talked_over")
    if parts == Parts():
        concern = _said(words, objection)
        if not any(concern & words[i] for i in spoken[:FIRST_REPLIES]):
            out.append("ignored")
    asked = next(
        (i for i in spoken if any(t.tag in ("handling.explore", "step.discovery") for t in by_turn.get(i, ()))),
        len(turns),
    )
    if any(i in discounts and i < asked for i in spoken[:FIRST_REPLIES]):
        out.append("discounted_at_once")
    if any(_long(turns[i]) for i in spoken):
        out.append("monologue")
    return tuple(out)


def _long(turn: Turn) -> bool:
    if turn.start is not None and turn.end is not None:
        return turn.end - turn.start > MONOLOGUE_S
    return len(turn.text.split()) > MONOLOGUE_WORDS


def _reaction(by_turn: dict[int, list[Tag]], reply: Sequence[int]) -> Reaction | None:
    reactions: dict[str, Literal["positive", "negative"]] = {
        "reaction.positive": "positive",
        "reaction.negative": "negative",
    }
    found = [reactions[t.tag] for i in reply for t in by_turn.get(i, ()) if t.tag in reactions]
    return found[-1] if found else None


def _why(parts: Parts, faults: Sequence[str], reaction: Reaction | None, *, returned: bool) -> str:
    heard = [said for part, (said, _) in _PARTS.items() if getattr(parts, part)]
    absent = [wanted for part, (_, wanted) in _PARTS.items() if not getattr(parts, part)]
    clauses = [f"The rep {_list(heard)}" if heard else "No part of a good reply was heard"]
    if heard and absent:
        clauses.append(f"not heard: {_list(absent)}")
    clauses.extend(_FAULTS[fault] for fault in faults)
    if reaction:
        clauses.append("the customer warmed to it" if reaction == "positive" else "the customer was not convinced")
    if returned:
        clauses.append("the concern came back later")
    return "; ".join(clauses) + "."


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
