"""Checking a playbook: whether it is well formed, and whether its own examples hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp.findings import Speaker, Turn
from nlp.playbook import load
from nlp.rules import CompiledPlaybook, StepRule, TagRule
from nlp.tagger import hear, tag
from nlp.yamlfile import PlaybookError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a playbook, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def check(folder: Path) -> tuple[Problem, ...]:
    """Every problem of the playbook in this folder; none where it is sound."""
    try:
        playbook = load(folder)
    except PlaybookError as error:
        return tuple(Problem(str(one.file), one.line, one.problem) for one in (error, *error.others))
    return tuple(examples(playbook, folder))


def examples(playbook: CompiledPlaybook, folder: Path) -> Iterator[Problem]:
    """Run the examples of every tag and step. A step's examples are judged by the tags that are its evidence."""
    for rule in playbook.tags:
        side: Speaker = "customer" if rule.speaker == "customer" else "rep"
        yield from _run(playbook, folder / "tags" / rule.file, frozenset([rule.id]), side=side, rule=rule)
    for step in playbook.steps:
        names = step.evidence or frozenset([f"handling.{step.part}"])
        yield from _run(playbook, folder / "steps" / step.file, names, side="rep", rule=step)


def _run(
    playbook: CompiledPlaybook, file: Path, names: frozenset[str], *, side: Speaker, rule: TagRule | StepRule
) -> Iterator[Problem]:
    match = rule.match
    every = (*match, *rule.not_match)
    turns = [Turn(side, text.value) for text in every]
    found: dict[int, str] = {t.turn: t.rule for t in tag(turns, hear(turns, playbook), playbook) if t.tag in names}
    wanted = " or ".join(sorted(names))
    for number, text in enumerate(every):
        if number < len(match) and number not in found:
            yield Problem(str(file), text.line, f"should be {wanted}, and is not: {text.value}")
        if number >= len(match) and number in found:
            yield Problem(str(file), text.line, f"should not be {wanted}, and is, by {found[number]!r}: {text.value}")
