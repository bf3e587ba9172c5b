"""Figures of a call. Sources: the conversation-intelligence trade's usual definitions (talk ratio, longest monologue,
interactivity,
patience, question rate), as vendors publish them; the formulae here are ours where those differ.

===================== ============================================================================================
talk_share            seconds that the side speaks / seconds that both speak (overlap counts for both)
words_per_minute      words of the side / minutes that it speaks
longest_monologue_s   longest stretch of one side's turns, a reply of at most 2 words by the other not ending it
patience_s            mean gap between the end of the other side's turn and the beginning of this side's; overlaps
count 0
switches_per_minute   changes of speaker / minutes of call ("interactivity")
questions             sentences that are questions, by their mark or by how they begin
open_questions        those that begin with what, how, why, which, who, tell me, talk me through …
===================== ============================================================================================

A figure that needs times is None without them; a side is None where it is not known who speaks.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from nlp.findings import Metrics, SideMetrics, Speaker, Turn
from nlp.matching import asks
from nlp.words import Stream

BACKCHANNEL_WORDS = 2
SHORTEST_S = 1.0  # a rate over less than a second says nothing
_OPEN = frozenset(["what", "how", "why", "which", "who"])
_INVITES = frozenset(
    [("tell", "me"), ("talk", "me"), ("walk", "me"), ("help", "me"), ("describe", "the"), ("describe", "your")]
)
_REACH = 6  # an open question's first word stands this near the beginning of its sentence


def measure(turns: Sequence[Turn], stream: Stream, duration: float | None) -> Metrics:
    """The figures of one call; ``duration`` in seconds, else the end of the last turn."""
    ends = [t.end for t in turns if t.end is not None]
    length = duration if duration is not None else max(ends, default=None)
    known = bool(turns) and all(t.speaker != "unknown" for t in turns)
    switches = sum(a.speaker != b.speaker for a, b in itertools.pairwise(turns))
    return Metrics(
        duration_s=_round(length),
        words=sum(_count(t) for t in turns),
        switches_per_minute=_per_minute(switches, length) if length is not None and known else None,
        rep=_side("rep", turns, stream) if known else None,
        customer=_side("customer", turns, stream) if known else None,
    )


def _side(side: Speaker, turns: Sequence[Turn], stream: Stream) -> SideMetrics:
    own = [t for t in turns if t.speaker == side]
    timed = all(t.start is not None and t.end is not None for t in turns)
    spoken, both = sum(_seconds(t) for t in own), sum(_seconds(t) for t in turns)
    words = sum(_count(t) for t in own)
    questions, open_ones = _questions(side, turns, stream)
    return SideMetrics(
        talk_share=_round(spoken / both) if timed and both else None,
        words=words,
        words_per_minute=_per_minute(words, spoken) if timed else None,
        longest_monologue_s=_round(_monologue(side, turns)) if timed else None,
        patience_s=_patience(side, turns) if timed else None,
        questions=questions,
        open_questions=open_ones,
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _per_minute(count: int, seconds: float) -> float | None:
    return round(count / seconds * 60, 3) if seconds >= SHORTEST_S else None


def _count(turn: Turn) -> int:
    return len(turn.text.split())


def _seconds(turn: Turn) -> float:
    return 0.0 if turn.start is None or turn.end is None else max(0.0, turn.end - turn.start)


def _monologue(side: Speaker, turns: Sequence[Turn]) -> float:
    longest, began = 0.0, None
    for turn in turns:
        if turn.speaker == side and turn.start is not None and turn.end is not None:
            began = turn.start if began is None else began
            longest = max(longest, turn.end - began)
        elif _count(turn) > BACKCHANNEL_WORDS:
            began = None
    return longest


def _patience(side: Speaker, turns: Sequence[Turn]) -> float | None:
    gaps = [
        max(0.0, now.start - before.end)
        for before, now in itertools.pairwise(turns)
        if now.speaker == side != before.speaker and now.start is not None and before.end is not None
    ]
    return _round(sum(gaps) / len(gaps)) if gaps else None


def _questions(side: Speaker, turns: Sequence[Turn], stream: Stream) -> tuple[int, int]:
    every = open_ones = 0
    for place in stream.sentences:
        if turns[place.turn].speaker != side:
            continue
        words = stream.words[place.start : min(place.end, place.start + _REACH)]
        invited = any(pair in _INVITES for pair in itertools.pairwise(words))
        if invited or asks(stream, place, place.start):
            every += 1
            open_ones += invited or not _OPEN.isdisjoint(words)
    return every, open_ones
