"""Steps: whether each step of the call was heard. The steps are data (:class:`nlp.rules.StepRule`); this is how they
are judged.

A verdict blames nobody without cause. What was not heard is ``cannot_tell`` rather than ``missed`` where, in the
stretch in which it should have been said, it is not known who speaks, the recogniser wasn't sure, or something was said
that may have been meant so; and, for steps that belong at the end, where the recording stops in mid-talk. A miss
carries the nearest thing that was said. Steps apply to conversations only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.findings import CallType, Moment, Step, Tag, Turn
from nlp.rules import CompiledPlaybook, StepRule
from nlp.sentences import Sentences
from nlp.tagger import Heard
from nlp.words import BREAK, word_set

WORDS_PER_SECOND = 2.5  # used where turns carry no times
LAST_TURNS = 4  # where goodbyes are looked for
ACKNOWLEDGED_SHARE = 1 / 2  # of the moments that can be judged
LAST_WORDS = 8  # a last turn of no more words, and with an end, ends a call without goodbye
UNKNOWN_SHARE, UNSURE_SHARE = 0.1, 0.3  # of the words of a stretch; more than this and a miss can't be told
UNSURE = 0.5  # mean probability of a turn's words
_GOES_ON = word_set(  # no sentence ends with these, unless a full stop says so
    "the a an and or so but because if when while which who whose than as of to with for at by from into onto is are",
    "was were am be been has have had does did can will shall would could should may might must my your our their his",
    "her its i we",
    "they he she just like also maybe not very",
)
_UNKNOWN = "Can't tell: it is not known who said what."
_PERHAPS = "Can't tell: perhaps this was it."
_UNSURE = "Can't tell: too little was heard clearly."


@dataclass(frozen=True, slots=True)
class _Call:
    turns: Sequence[Turn]
    tags: Sequence[Tag]
    moments: Sequence[Moment]
    sentences: Sentences
    starts: Sequence[float]
    length: float
    cut: bool
    first: dict[str, int]  # the first turn of each tag and context that a step looks for
    said: dict[int, list[int]]  # the rep's turns with each pattern that is not enough


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
    """One verdict a step, in the playbook's order. ``duration`` is the recording's length in seconds."""
    if call_type.value != "conversation":
        why = f"Steps are for conversations; this call is {call_type.value.replace('_', ' ')}."
        return tuple(Step(rule.id, "not_applicable", None, None, why) for rule in playbook.steps)
    call = _survey(turns, tags, moments, heard, playbook, duration=duration)
    return tuple(_judge(rule, call) for rule in playbook.steps)


def _survey(
    turns: Sequence[Turn],
    tags: Sequence[Tag],
    moments: Sequence[Moment],
    heard: Heard,
    playbook: CompiledPlaybook,
    *,
    duration: float | None,
) -> _Call:
    announced = {rule.instead for rule in playbook.steps}  # from whichever side; what bounds a step is the rep's
    names = {name for rule in playbook.steps for name in (*rule.before, *rule.after)} | announced | {"goodbye"}
    contexts: dict[int, list[str]] = {}  # one pattern may stand in several
    for name in sorted(names):
        for pattern in playbook.contexts.get(name, frozenset()):
            contexts.setdefault(pattern, []).append(name)
    wanted = frozenset[int]().union(*(rule.nearly | rule.perhaps for rule in playbook.steps))
    first: dict[str, int] = {}
    said: dict[int, list[int]] = {}
    goodbye = -1
    for hit in heard.hits:
        if hit.pattern not in contexts and hit.pattern not in wanted:
            continue
        turn = heard.stream.sentences[hit.sentence].turn
        if hit.pattern in wanted and turns[turn].speaker == "rep":
            said.setdefault(hit.pattern, []).append(turn)
        for name in contexts.get(hit.pattern, ()):
            if name == "goodbye":
                goodbye = max(goodbye, turn)
            elif name in announced or turns[turn].speaker != "customer":
                first[name] = min(turn, first.get(name, turn))
    for tag in reversed(tags):
        first[tag.tag] = tag.turn
        goodbye = max(goodbye, tag.turn if tag.tag == "step.closing" else -1)
    starts, sentences = _starts(turns), Sentences(turns, heard)
    return _Call(
        turns=turns,
        tags=tags,
        moments=moments,
        sentences=sentences,
        starts=starts,
        length=duration or max([t.end for t in turns if t.end is not None] + starts, default=0.0),
        cut=goodbye < max(0, len(turns) - LAST_TURNS) and not _ended(turns, sentences),
        first=first,
        said=said,
    )


def _ended(turns: Sequence[Turn], sentences: Sentences) -> bool:
    """Whether the last turn is a few words that lead nowhere ("Sounds good"), as where somebody hangs up; an answer to
    a question is none.
    """
    written = turns[-1].text.rstrip() if turns else ""
    said = [word for word in sentences.words(len(turns) - 1) if word != BREAK]
    asked = len(turns) > 1 and sentences.asks(len(turns) - 2)
    if not said or len(said) > LAST_WORDS or asked or written.endswith(("...", "…")):
        return False
    return written.endswith((".", "!")) or (written[-1].isalnum() and said[-1] not in _GOES_ON)


def _starts(turns: Sequence[Turn]) -> list[float]:
    out, words = [], 0
    for turn in turns:
        if turn.start is None:
            out.append(words / WORDS_PER_SECOND)
            words += turn.text.count(" ") + 1
        else:
            out.append(turn.start)
    return out


def _judge(rule: StepRule, call: _Call) -> Step:
    if not call.turns:
        return Step(rule.id, "cannot_tell", None, None, "No words were heard.")
    applies = not rule.applies_when or any(name.startswith(rule.applies_when) for name in call.first)
    if not applies or (rule.part and not call.moments):
        return Step(rule.id, "not_applicable", None, None, rule.said["not_applicable"])
    return _by_moments(rule, call) if rule.part else _by_tags(rule, call)


def _by_moments(rule: StepRule, call: _Call) -> Step:
    judged = [m for m in call.moments if m.score is not None]
    if not judged:
        return Step(rule.id, "cannot_tell", None, None, rule.said["cannot_tell"])
    heard = [m for m in judged if getattr(m.parts, rule.part)]
    if len(heard) >= ACKNOWLEDGED_SHARE * len(judged):
        return Step(rule.id, "done", _answer(heard[0], call), getattr(heard[0].parts, rule.part), rule.said["done"])
    turn = next((_answer(m, call) for m in judged if m not in heard), None)
    quote = None if turn is None else call.turns[turn].text
    doubt = _doubt(call, sorted({i for m in judged for i in m.turns}))
    if doubt:
        return Step(rule.id, "cannot_tell", turn, quote, doubt)
    return Step(rule.id, "missed", turn, quote, rule.said["missed"])


def _answer(moment: Moment, call: _Call) -> int:
    """The first turn of the reply, or the objection where nobody replied."""
    return next((i for i in moment.turns if call.turns[i].speaker == "rep"), moment.turns[0])


def _by_tags(rule: StepRule, call: _Call) -> Step:
    evidence = [t for t in call.tags if t.tag in rule.evidence]
    perhaps_inside = [t for t in evidence if _inside(rule, call, t.turn)]
    inside = [t for t in perhaps_inside if t.speaker != "unknown"]
    if len({t.turn for t in inside}) >= rule.at_least:
        return Step(rule.id, "done", inside[0].turn, call.sentences.around(inside[0]), rule.said["done"])
    if rule.instead in call.first:
        spoken = call.first[rule.instead]
        return Step(rule.id, "done", spoken, call.turns[spoken].text, rule.said["instead"])
    turn, quote = _nearest(rule, call, inside or perhaps_inside or evidence)
    enough = len({t.turn for t in perhaps_inside}) >= rule.at_least
    doubt = _UNKNOWN if enough else _doubt(call, [i for i in range(len(call.turns)) if _inside(rule, call, i)])
    if doubt:
        return Step(rule.id, "cannot_tell", turn, quote, doubt)
    if rule.at_end and call.cut:
        return Step(rule.id, "cannot_tell", turn, quote, rule.said["cannot_tell"])
    perhaps = [i for i in _turns(rule.perhaps, call) if _inside(rule, call, i)]
    if perhaps:
        return Step(rule.id, "cannot_tell", perhaps[-1], call.turns[perhaps[-1]].text, _PERHAPS)
    return Step(rule.id, "missed", turn, quote, rule.said["missed"])


def _nearest(rule: StepRule, call: _Call, evidence: Sequence[Tag]) -> tuple[int | None, str | None]:
    """The nearest thing that was said: evidence in the wrong place or too little of it, else what is not enough."""
    if evidence:
        return evidence[0].turn, call.sentences.around(evidence[0])
    turn = max(_turns(rule.nearly, call), default=None)
    return turn, None if turn is None else call.turns[turn].text


def _turns(patterns: Iterable[int], call: _Call) -> list[int]:
    return sorted({turn for pattern in patterns for turn in call.said.get(pattern, ())})


def _inside(rule: StepRule, call: _Call, turn: int) -> bool:
    at, ended = call.starts[turn], call.turns[turn].end
    end = at if ended is None else ended
    if (rule.first_s is not None and at > rule.first_s) or (
        rule.last_s is not None and end < call.length - rule.last_s
    ):
        return False
    if rule.first_share is not None and at > rule.first_share * call.length:
        return False
    if rule.last_share is not None and end < (1 - rule.last_share) * call.length:
        return False
    stop = min((call.first[name] for name in rule.before if name in call.first), default=len(call.turns))
    begin = min((call.first[name] for name in rule.after if name in call.first), default=-1 if not rule.after else stop)
    return begin < turn < stop


def _doubt(call: _Call, among: Iterable[int]) -> str:
    """Why a miss can't be told from these turns; empty where it can."""
    words = unknown = unsure = 0
    for number in among:
        turn = call.turns[number]
        count = turn.text.count(" ") + 1
        words += count
        unknown += count if turn.speaker == "unknown" else 0
        unsure += count if _is_unsure(turn) else 0
    if unknown > UNKNOWN_SHARE * words:
        return _UNKNOWN
    return _UNSURE if unsure > UNSURE_SHARE * words else ""


def _is_unsure(turn: Turn) -> bool:
    if "unsure" in turn.flags:
        return True
    known = [w.probability for w in turn.words if w.probability is not None]
    return bool(known) and sum(known) / len(known) < UNSURE
