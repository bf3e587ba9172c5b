"""Steps: whether each step of the call was heard. The steps are data (:class:`nlp.playbook.StepRule`); this is how
they are judged.

A verdict blames nobody without cause: a step that could not be judged is ``cannot_tell``. That is so where it is not
known who said
what, and, for steps that belong at the end, where the recording stops without goodbyes. Steps apply to conversations
only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.findings import CallType, Moment, Step, Tag, Turn
from nlp.rules import CompiledPlaybook, StepRule
from nlp.tagger import Heard

WORDS_PER_SECOND = 2.5  # used where turns carry no times
LAST_TURNS = 4  # where goodbyes are looked for
ACKNOWLEDGED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Call:
    turns: Sequence[Turn]
    tags: Sequence[Tag]
    moments: Sequence[Moment]
    starts: Sequence[float]
    length: float
    known: bool
    cut: bool
    instead: dict[str, int]


def judge(
    turns: Sequence[Turn],
    tags: Sequence[Tag],
    moments: Sequence[Moment],
    heard: Heard,
    playbook: CompiledPlaybook,
    *,
    call_type: CallType,
    duration: float | None,
) -> tuple[Step, ...]:
    """One verdict a step, in the playbook's order."""
    if call_type.value != "conversation":
        why = f"Steps are for conversations; this call is {call_type.value.replace('_', ' ')}."
        return tuple(Step(rule.id, "not_applicable", None, None, why) for rule in playbook.steps)
    starts = _starts(turns)
    said: dict[str, int] = {}
    for hit in heard.hits:
        for name, patterns in playbook.contexts.items():
            if hit.pattern in patterns:
                turn = heard.stream.sentences[hit.sentence].turn
                said[name] = min(turn, said.get(name, turn)) if name != "goodbye" else max(turn, said.get(name, turn))
    closing = max((t.turn for t in tags if t.tag == "step.closing"), default=-1)
    call = _Call(
        turns=turns,
        tags=tags,
        moments=moments,
        starts=starts,
        length=duration or max([t.end for t in turns if t.end is not None] + starts, default=0.0),
        known=all(t.speaker != "unknown" for t in turns),
        cut=max(said.get("goodbye", -1), closing) < len(turns) - LAST_TURNS,
        instead=said,
    )
    return tuple(_judge(rule, call) for rule in playbook.steps)


def _starts(turns: Sequence[Turn]) -> list[float]:
    out, words = [], 0
    for turn in turns:
        out.append(turn.start if turn.start is not None else words / WORDS_PER_SECOND)
        words += len(turn.text.split())
    return out


def _judge(rule: StepRule, call: _Call) -> Step:
    if not call.turns:
        return Step(rule.id, "cannot_tell", None, None, "No words were heard.")
    if rule.applies_when and not any(t.tag.startswith(rule.applies_when) for t in call.tags):
        return Step(rule.id, "not_applicable", None, None, rule.said["not_applicable"])
    return _by_moments(rule, call) if rule.part else _by_tags(rule, call)


def _by_moments(rule: StepRule, call: _Call) -> Step:
    judged = [m for m in call.moments if m.score is not None]
    if not judged or not call.known:
        return Step(rule.id, "cannot_tell", None, None, rule.said["cannot_tell"])
    heard = [m for m in judged if getattr(m.parts, rule.part)]
    if len(heard) >= ACKNOWLEDGED_SHARE * len(judged):
        return Step(rule.id, "done", heard[0].turns[0], getattr(heard[0].parts, rule.part), rule.said["done"])
    return Step(rule.id, "missed", None, None, rule.said["missed"])


def _by_tags(rule: StepRule, call: _Call) -> Step:
    evidence = [t for t in call.tags if t.tag in rule.evidence]
    inside = [t for t in evidence if _inside(rule, call, t.turn)]
    first = inside[0] if inside else None
    if call.known and first and len({t.turn for t in inside}) >= rule.at_least:
        return Step(rule.id, "done", first.turn, first.quote, rule.said["done"])
    if rule.instead in call.instead:
        spoken = call.instead[rule.instead]
        return Step(rule.id, "done", spoken, call.turns[spoken].text, rule.said["instead"])
    nearest = first or (evidence[0] if evidence else None)
    turn, quote = (nearest.turn, nearest.quote) if nearest else (None, None)
    if not call.known:
        return Step(rule.id, "cannot_tell", turn, quote, "Can't tell: it is not known who said what.")
    if rule.at_end and call.cut:
        return Step(rule.id, "cannot_tell", turn, quote, rule.said["cannot_tell"])
    return Step(rule.id, "missed", turn, quote, rule.said["missed"])


def _inside(rule: StepRule, call: _Call, turn: int) -> bool:
    at = call.starts[turn]
    if rule.first_s is not None and at > rule.first_s:
        return False
    if rule.last_s is None:
        return True
    ended = call.turns[turn].end
    return (ended if ended is not None else at) >= call.length - rule.last_s
