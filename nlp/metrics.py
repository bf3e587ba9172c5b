"""Figures of a call. What each is, its formula and its source: ``metrics.yml``, which pages show beside the number.

A figure that cannot be had is None, and ``reasons`` says why: times are missing, or a side is not known. Nothing is
guessed from a call whose speakers are not told apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files

import yaml

from nlp.findings import Metrics, SideMetrics, Speaker, Turn
from nlp.matching import opening
from nlp.words import Stream, word_set

BACKCHANNEL_WORDS = 2
OVERLAP_S = 0.4  # less than this is a natural change of turns
SHORTEST_S = 1.0  # a rate over less than a second says nothing
_NOT_KNOWN = "It is not known who said what."
_NO_WORDS = "No words were heard."
_NO_TIMES = "The transcript has no times."
_TIMED = frozenset(["talk_share", "words_per_minute", "longest_monologue_s", "patience_s", "interruptions"])

_OPEN = frozenset(["what", "how", "why", "which", "who"])
_INVITES = frozenset(
    [("tell", "me"), ("talk", "me"), ("walk", "me"), ("help", "me"), ("describe", "the"), ("describe", "your")]
)
_AUXILIARY = word_set("do does did is are was were am have has had can could would will should may might")
_SUBJECT = word_set("i you we they he she it that this there your the anyone anybody everyone someone any")
_NEGATED = [["not", "you"], ["not", "they"], ["not", "that"], ["not", "it"]]  # "don't you think"
_ABOUT_WHAT = word_set("what how who when where why which whose")
_SHORT_ASKS = frozenset(
    [("what", "about"), ("how", "about"), ("how", "come"), ("why", "not"), ("who", "else"), ("what", "else")]
)
_POLITE = ["how", "are", "you"]
_REACH = 6  # an open question's first word stands this near the beginning of its sentence


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of :class:`nlp.findings.Metrics` (``of``: call) or :class:`nlp.findings.SideMetrics` (``of``: side).

    ``absent`` says why it is None although speakers and times are known.
    """

    id: str
    of: str
    title: str
    unit: str
    formula: str
    source: str
    absent: str = ""


@cache
def figures() -> Mapping[tuple[str, str], Figure]:
    """All figures of ``metrics.yml``, by ``(of, id)``."""
    read = yaml.safe_load(files("nlp").joinpath("metrics.yml").read_text(encoding="utf-8"))
    return {(entry["of"], entry["id"]): Figure(**entry) for entry in read}


@dataclass(frozen=True, slots=True)
class _Call:
    """A call with the words of each turn counted; ``timed``: every turn has its times."""

    turns: Sequence[Turn]
    stream: Stream
    counts: Sequence[int]
    timed: bool


def measure(turns: Sequence[Turn], stream: Stream, duration: float | None) -> Metrics:
    """The figures of one call; ``duration`` in seconds, else the end of the last turn."""
    length = duration if duration is not None else max((t.end for t in turns if t.end is not None), default=None)
    known = bool(turns) and all(t.speaker != "unknown" for t in turns)
    timed = all(t.start is not None and t.end is not None for t in turns)
    switches = sum(a.speaker != b.speaker for a, b in itertools.pairwise(turns))
    call = _Call(turns, stream, [len(t.text.split()) for t in turns], timed)
    found = Metrics(
        duration_s=_round(length),
        words=sum(call.counts),
        switches_per_minute=_per_minute(switches, length) if length is not None and known else None,
        rep=_side("rep", call) if known else None,
        customer=_side("customer", call) if known else None,
    )
    unknown = "" if known else _NOT_KNOWN if turns else _NO_WORDS
    return replace(found, reasons=dict(_reasons(found, unknown, timed=timed)))


def _reasons(found: Metrics, unknown: str, *, timed: bool) -> Iterator[tuple[str, str]]:
    for name in ("duration_s", "switches_per_minute"):
        if getattr(found, name) is None:
            yield name, (unknown if name != "duration_s" else "") or figures()["call", name].absent
    for name, side in (("rep", found.rep), ("customer", found.customer)):
        if side is None:
            yield name, unknown
            continue
        for field in fields(side):
            if getattr(side, field.name) is None:
                untimed = field.name in _TIMED and not timed
                yield f"{name}.{field.name}", _NO_TIMES if untimed else figures()["side", field.name].absent


def _side(side: Speaker, call: _Call) -> SideMetrics:
    turns, timed = call.turns, call.timed
    own = [i for i, turn in enumerate(turns) if turn.speaker == side]
    spoken, both = sum(_seconds(turns[i]) for i in own), sum(map(_seconds, turns))
    words = sum(call.counts[i] for i in own)
    fillers = sum(call.stream.fillers[i] for i in own)
    questions, open_ones = _questions(side, call)
    return SideMetrics(
        talk_share=_round(spoken / both) if timed and both else None,
        words=words,
        words_per_minute=_per_minute(words, spoken) if timed else None,
        longest_monologue_s=_round(_monologue(side, call)) if timed else None,
        patience_s=_patience(side, turns) if timed else None,
        questions=questions,
        open_questions=open_ones,
        closed_questions=questions - open_ones,
        interruptions=_interruptions(side, call) if timed else None,
        fillers=fillers,
        fillers_per_100_words=_round(100 * fillers / words) if words else None,
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _per_minute(count: int, seconds: float) -> float | None:
    return round(count / seconds * 60, 3) if seconds >= SHORTEST_S else None


def _seconds(turn: Turn) -> float:
    return 0.0 if turn.start is None or turn.end is None else max(0.0, turn.end - turn.start)


def _monologue(side: Speaker, call: _Call) -> float:
    longest, began = 0.0, None
    for turn, words in zip(call.turns, call.counts, strict=True):
        if turn.speaker == side and turn.start is not None and turn.end is not None:
            began = turn.start if began is None else began
            longest = max(longest, turn.end - began)
        elif words > BACKCHANNEL_WORDS:
            began = None
    return longest


def _patience(side: Speaker, turns: Sequence[Turn]) -> float | None:
    gaps = [
        max(0.0, now.start - before.end)
        for before, now in itertools.pairwise(turns)
        if now.speaker == side != before.speaker and now.start is not None and before.end is not None
    ]
    return _round(sum(gaps) / len(gaps)) if gaps else None


def _interruptions(side: Speaker, call: _Call) -> int:
    count, until = 0, float("-inf")  # the other side speaks until then
    for turn, words in zip(call.turns, call.counts, strict=True):
        if turn.start is None or turn.end is None:
            continue
        if turn.speaker != side:
            until = max(until, turn.end)
        elif until - turn.start >= OVERLAP_S and words > BACKCHANNEL_WORDS:
            count += 1
    return count


def _questions(side: Speaker, call: _Call) -> tuple[int, int]:
    """All questions of a side, and the open ones."""
    turns, stream = call.turns, call.stream
    every = open_ones = 0
    for place in stream.sentences:
        if turns[place.turn].speaker != side:
            continue
        at = opening(stream, place)
        words = stream.words[at : min(place.end, at + _REACH)]
        invited = any(pair in _INVITES for pair in itertools.pairwise(words))
        if invited or place.asked or _begins_like_a_question(words):
            every += 1
            open_ones += invited or _is_open(words)
    return every, open_ones


def _is_open(words: Sequence[str]) -> bool:
    return words[0] not in _AUXILIARY and words[:3] != _POLITE and not _OPEN.isdisjoint(words)


def _begins_like_a_question(words: Sequence[str]) -> bool:
    """Whether a sentence without a mark asks: "do you", "how many seats would", but not "what we do is"."""
    if len(words) < 2:
        return False
    if words[0] in _AUXILIARY:
        return words[1] in _SUBJECT or list(words[1:3]) in _NEGATED
    if words[0] not in _ABOUT_WHAT:
        return False
    if tuple(words[:2]) in _SHORT_ASKS:
        return True
    if words[0] == "which" and words[1] in _AUXILIARY:  # "which is fine": the rest of somebody's sentence
        return False
    before = itertools.takewhile(lambda word: word not in _SUBJECT, words[1:])
    return any(word in _AUXILIARY for word in before)
