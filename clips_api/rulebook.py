"""A playbook as people look at it: each tag and step with how often it was heard and how often it was right."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from clips_api.deps import Parts
from clips_api.leaning import evidence
from clips_api.store import judgements
from clips_api.store.judgements import ENOUGH, TRUSTED
from nlp.rules import CompiledPlaybook, StepRule, TagRule

Standing = Literal["same", "new", "changed", "gone"]


class Figure(BaseModel):
    """How often something was heard, and how often people who judged it found it right."""

    times: int = 0
    calls: int = 0
    judged: int = 0
    right: int = 0

    @property
    def share(self) -> float | None:
        """Measured precision, 0 to 1; None where too few were judged to say."""
        return self.right / self.judged if self.judged >= ENOUGH else None

    @property
    def doubtful(self) -> bool:
        """Right too seldom to lean on."""
        return self.share is not None and self.share < TRUSTED


class RuleShown(Figure):
    """One rule of a tag: a family of ways to say it."""

    id: str
    say: list[str] = Field(description="Its patterns, any of which makes the tag.")


class TagShown(Figure):
    """One tag."""

    id: str
    title: str
    why: str
    speaker: str
    file: str
    standing: Standing = Field("same", description="What the draft makes of it.")
    rules: list[RuleShown]
    match: list[str]
    not_match: list[str]


class StepShown(BaseModel):
    """One step of a call."""

    id: str
    title: str
    why: str
    file: str
    standing: Standing = "same"
    evidence: list[str]
    missed: int = Field(description="Conversations in which it was not heard.")
    conversations: int
    match: list[str]
    not_match: list[str]


def tags(parts: Parts, playbook: CompiledPlaybook, standing: dict[str, Standing]) -> list[TagShown]:
    """Every tag, in the order of their names; `standing` by file."""
    figures = _figures(parts)
    return [_tag(rule, playbook, figures, standing.get(f"tags/{rule.file}", "same")) for rule in playbook.tags]


def steps(parts: Parts, playbook: CompiledPlaybook, standing: dict[str, Standing]) -> list[StepShown]:
    """Every step, in the order of a call."""
    missed = {row["step"]: row["calls"] for row in parts.database.rows("step_counts")}
    conversations = parts.database.rows("call_counts")[0]["conversations"]
    return [
        _step(rule, missed.get(rule.id, 0), conversations, standing.get(f"steps/{rule.file}", "same"))
        for rule in playbook.steps
    ]


def _figures(parts: Parts) -> dict[tuple[str, str | None], Figure]:
    """By tag and rule; of a whole tag, rule None."""
    tally = judgements.tally(parts.store)
    judged = {(one.tag, one.rule): one for one in (*tally, *judgements.by_tag(tally).values())}
    heard = {(row["tag"], row["rule"]): row for row in parts.database.rows("tag_counts")}
    found = {}
    for key in judged.keys() | heard.keys():
        row, one = heard.get(key), judged.get(key)
        found[key] = Figure(
            times=row["times"] if row else 0,
            calls=row["calls"] if row else 0,
            judged=one.judged if one else 0,
            right=one.right if one else 0,
        )
    return found


def _tag(
    rule: TagRule, playbook: CompiledPlaybook, figures: dict[tuple[str, str | None], Figure], standing: Standing
) -> TagShown:
    def figure(name: str | None) -> dict[str, int]:
        return figures.get((rule.id, name), Figure()).model_dump()

    rules = [
        RuleShown(id=one.id, say=[playbook.texts[number] for number in one.say], **figure(one.id)) for one in rule.rules
    ]
    return TagShown(
        id=rule.id,
        title=rule.title,
        why=rule.why,
        speaker=rule.speaker,
        file=f"tags/{rule.file}",
        standing=standing,
        rules=rules,
        match=[text.value for text in rule.match],
        not_match=[text.value for text in rule.not_match],
        **figure(None),
    )


def _step(rule: StepRule, missed: int, conversations: int, standing: Standing) -> StepShown:
    return StepShown(
        id=rule.id,
        title=rule.title,
        why=rule.why,
        file=f"steps/{rule.file}",
        standing=standing,
        evidence=sorted(evidence(rule)),
        missed=missed,
        conversations=conversations,
        match=[text.value for text in rule.match],
        not_match=[text.value for text in rule.not_match],
    )
