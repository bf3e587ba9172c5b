"""What an analysis says: the frozen types that leave this package.

Field names are those of the analysis document (docs: "Documents"), so ``dataclasses.asdict`` of a
:class:`Findings` is that document, less what the pipeline adds (``recording_id``, ``made_from``).
Times are seconds from the start of the recording, or None where a turn has none. Offsets are code
points into the turn's text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Speaker: TypeAlias = Literal["rep", "customer", "unknown"]
Result: TypeAlias = Literal["done", "missed", "cannot_tell", "not_applicable"]
Reaction: TypeAlias = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was heard."""

    start: float
    end: float
    text: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's stretch of speech. Where there are words, ``text`` is the words joined by one space."""

    speaker: Speaker
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """A sentence of a turn is something the playbook names. ``rule`` is ``"<rule id>: <pattern as written>"``."""

    tag: str
    rule: str
    turn: int
    start_char: int
    end_char: int
    quote: str
    speaker: Speaker
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence that may be this tag, by its likeness to known ones (0 to 1; ``like``: the nearest of them).

    A question to somebody, not a finding: nothing counts it.
    """

    tag: str
    turn: int
    start_char: int
    end_char: int
    quote: str
    speaker: Speaker
    start: float | None
    end: float | None
    likeness: float
    like: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a good reply: the words in which each was heard, or None."""

    acknowledge: str | None = None
    explore: str | None = None
    respond: str | None = None
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One term of a moment's score: a part, a fault, a reaction or a return. ``why`` ends a sentence: "asked back"."""

    name: str
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An objection with the reply to it. ``score`` is None where the moment cannot be judged; ``why`` says so.

    ``points`` are the terms of the score (:mod:`nlp.score`); an ``exemplar`` is worth copying.
    """

    tag: str
    turns: tuple[int, ...]
    start: float | None
    end: float | None
    score: int | None
    parts: Parts
    faults: tuple[str, ...]
    reaction: Reaction | None
    why: str
    points: tuple[Point, ...] = ()
    exemplar: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The verdict on one step of the call, with its evidence where there is any."""

    step: str
    result: Result
    turn: int | None
    quote: str | None
    why: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A span of a turn that names or numbers a person."""

    kind: str
    turn: int
    start_char: int
    end_char: int
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class CallType:
    """What sort of call this is."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class PlaybookName:
    """Which playbook was used; ``version`` is the hash of its content."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class SideMetrics:
    """Figures of one side of a call; None where there is none. Formulae and sources: ``metrics.yml``."""

    talk_share: float | None
    words: int
    words_per_minute: float | None
    longest_monologue_s: float | None
    patience_s: float | None
    questions: int
    open_questions: int
    closed_questions: int = 0
    interruptions: int | None = None
    fillers: int = 0
    fillers_per_100_words: float | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of a call; a side is None where speakers are not known. Formulae and sources: ``metrics.yml``.

    ``reasons`` says of each None why there is no figure, by its place: ``rep``, ``customer.patience_s``.
    """

    duration_s: float | None
    words: int
    switches_per_minute: float | None
    rep: SideMetrics | None
    customer: SideMetrics | None
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the analysis of one call found."""

    playbook: PlaybookName
    type: CallType
    tags: tuple[Tag, ...]
    suggestions: tuple[Suggestion, ...] = field(default=(), kw_only=True)
    moments: tuple[Moment, ...]
    steps: tuple[Step, ...]
    pii: tuple[PersonalData, ...]
    metrics: Metrics
