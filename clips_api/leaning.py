"""What figures lean on: tags that people judged right too seldom, and what is counted by each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clips_api.deps import Parts
from clips_api.store import judgements
from clips_api.store.judgements import Tally
from nlp.rules import StepRule

HANDLING = "handling."


@dataclass(frozen=True)
class Lean:
    """A tag that figures should not lean on, and the steps that are judged by it."""

    tag: str
    tally: Tally
    steps: tuple[str, ...]

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        """The kinds and names of what is counted by it; of a part of handling, all scores are besides."""
        own = (("tag", self.tag),) if self.tag.startswith("objection.") else ()
        return (*own, *(("step", step) for step in self.steps))

    @property
    def counted(self) -> bool:
        """Whether anything is counted by it; else clips are only found by it."""
        return self.scores or bool(self.measures)

    @property
    def scores(self) -> bool:
        """Whether the scores of moments are made of it."""
        return self.tag.startswith(HANDLING)

    def under(self, measure: tuple[str, str]) -> bool:
        """Whether this kind and name is counted by it."""
        return measure in self.measures or (self.scores and measure[0] == "tag")


def evidence(step: StepRule) -> frozenset[str]:
    """The tags that a step is judged by."""
    return step.evidence or frozenset([HANDLING + step.part])


def leaning(parts: Parts) -> list[Lean]:
    """Every tag that is judged right too seldom, by name."""
    doubtful = judgements.doubtful(parts.store)
    steps = parts.playbooks.in_force().playbook.steps if doubtful else ()
    return [
        Lean(tag, tally, tuple(step.id for step in steps if tag in evidence(step)))
        for tag, tally in sorted(doubtful.items())
    ]


def of_steps(some: list[Lean]) -> Mapping[str, list[str]]:
    """Those tags by the steps that are judged by them."""
    return {step: [one.tag for one in some if step in one.steps] for one in some for step in one.steps}
