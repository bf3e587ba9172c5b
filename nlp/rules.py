"""What a playbook holds once it is read: the frozen types of its tags, steps and types of call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlp.findings import Tag
from nlp.matching import PatternSet
from nlp.patterns import Stops
from nlp.yamlfile import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of ways to say a tag. The numbers are patterns of the playbook's pattern set.

    ``like``: how like known sentences of the tag a sentence must be as well (0 to 1); 0 asks no second opinion. A rule
    without patterns counts for whatever sentence is so like them, where no other rule does.
    """

    id: str
    say: tuple[int, ...]
    near: frozenset[int]
    unless: frozenset[int]
    like: float = 0.0


@dataclass(frozen=True, slots=True)
class TagRule:
    """One tag of the playbook, with its own examples."""

    id: str
    title: str
    why: str
    speaker: str
    rules: tuple[Rule, ...]
    match: tuple[Text, ...]
    not_match: tuple[Text, ...]
    file: str


@dataclass(frozen=True, slots=True)
class StepRule:
    """One step of a call.

    ``evidence`` are tags, of which ``at_least`` turns must be heard (``part``: instead, a part of moments).
    ``first_s`` and ``last_s`` (seconds from the start or before the end), ``first_share`` and ``last_share`` (of the
    call, 0 to 1) bound where; so do ``before`` and ``after``: tags or contexts, the first of which bounds it.
    ``applies_when`` is a family of tags without which the step does not apply. An ``at_end`` step cannot be told where
    the recording is cut. ``instead`` names a context (such as a system's announcement) that does as well, from
    whichever side. ``nearly`` are patterns that are not enough, and are shown as the nearest thing that was said;
    with ``perhaps`` a miss can't be told.
    ``said`` holds the sentence for each verdict.
    """

    id: str
    title: str
    why: str
    order: int
    evidence: frozenset[str]
    part: str
    at_least: int
    first_s: float | None
    last_s: float | None
    first_share: float | None
    last_share: float | None
    before: frozenset[str]
    after: frozenset[str]
    applies_when: str
    at_end: bool
    instead: str
    nearly: frozenset[int]
    perhaps: frozenset[int]
    said: Mapping[str, str]
    match: tuple[Text, ...]
    not_match: tuple[Text, ...]
    file: str


@dataclass(frozen=True, slots=True)
class TypeRule:
    """A type of call: heard when ``needs`` of its patterns are found in the first or last turns of a side.

    Each of the patterns ``against`` that is found, wherever and from whomever, raises ``needs`` by one.
    ``like``: how like known calls of this type a call must be (0 to 1) where no type's patterns are found; 0: none is.
    ``unanswered``: the rep says at most so many words, and nobody anything after that begins; 0: that says nothing.
    """

    id: str
    why: str
    speaker: str
    needs: int
    first_turns: int | None
    last_turns: int | None
    say: frozenset[int]
    against: frozenset[int]
    like: float
    unanswered: int


@dataclass(frozen=True, slots=True)
class Use:
    """What a pattern says when it hits: the tag (an index) and its rule, or neither (a context, or a type of call).

    ``stops``: which hits an ``unless`` pattern stops: those ``before`` or ``after`` it, or (empty) both.
    """

    tag: int | None = None
    rule: Rule | None = None
    stops: Stops = ""


@dataclass(frozen=True, slots=True, repr=False)
class CompiledPlaybook:
    """A playbook ready to run. ``uses[i]`` and ``texts[i]`` belong to pattern ``i`` of ``patterns``.

    ``languages`` are the codes of those it was written for.
    """

    name: str
    languages: tuple[str, ...]
    version: str
    tags: tuple[TagRule, ...]
    steps: tuple[StepRule, ...]
    types: tuple[TypeRule, ...]
    contexts: Mapping[str, frozenset[int]]
    patterns: PatternSet
    uses: tuple[Use, ...]
    texts: tuple[str, ...]

    @property
    def sounding(self) -> Mapping[str, tuple[int, Rule]]:
        """The rules without patterns by their tags, each with its tag's number."""
        return {tag.id: (number, rule) for number, tag in enumerate(self.tags) for rule in tag.rules if not rule.say}

    def sounds(self, tag: Tag) -> bool:
        """Whether its sound alone found it, and no pattern."""
        return any(not rule.say for rule in self._found(tag))

    def settles(self, tag: Tag) -> bool:
        """Whether a pattern found it that asks no second opinion."""
        return any(rule.say and not rule.like for rule in self._found(tag))

    def _found(self, tag: Tag) -> list[Rule]:
        """The rules that go by the name of the one that found it."""
        name = tag.rule.partition(":")[0]
        return [rule for one in self.tags if one.id == tag.tag for rule in one.rules if rule.id == name]

    def __repr__(self) -> str:
        return f"<playbook {self.name} {self.version}>"
