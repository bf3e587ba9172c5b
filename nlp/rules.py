"""What a playbook holds once it is read: the frozen types of its tags, steps and types of call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nlp.matching import PatternSet
from nlp.yamlfile import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of ways to say a tag. The numbers are patterns of the playbook's pattern set."""

    id: str
    say: tuple[int, ...]
    near: frozenset[int]
    unless: frozenset[int]


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
    ``first_s`` and ``last_s`` bound where (seconds from the start or before the end). ``applies_when`` is a family of
    tags without which the step does not apply. An ``at_end`` step cannot be told where the recording is cut.
    ``instead`` names a context (such as a system's announcement) that does as well, from whichever side. ``said``
    holds the sentence for each verdict.
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
    applies_when: str
    at_end: bool
    instead: str
    said: Mapping[str, str]
    match: tuple[Text, ...]
    not_match: tuple[Text, ...]
    file: str


@dataclass(frozen=True, slots=True)
class TypeRule:
    """A type of call: heard when ``needs`` points of its patterns are found in the first or last turns of a side."""

    id: str
    why: str
    speaker: str
    needs: int
    first_turns: int | None
    last_turns: int | None
    say: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """What a pattern says when it hits: the tag (an index) and its rule, or neither (a context, or a type of call)."""

    tag: int | None = None
    rule: Rule | None = None


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

    def __repr__(self) -> str:
        return f"<playbook {self.name} {self.version}>"
