"""Judgements over HTTP: whether a tag, a suggestion or a step is right; how far to trust each rule; learning."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from clips_api import examples, findings, rights
from clips_api.answers import Listing
from clips_api.clips import Text
from clips_api.deps import Given
from clips_api.problems import RESPONSES
from clips_api.store import judgements as store
from clips_api.store.judgements import Judgement, Kind

router = APIRouter(prefix="/api/v1/judgements", tags=["judgements"], responses=RESPONSES)


class Verdict(BaseModel):
    """Which finding is meant, and whether it is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording_id: str = Field(max_length=16, examples=["0123456789abcdef"])
    kind: Kind = "tag"
    tag: str = Field(max_length=200, description="Of a step, its id.", examples=["objection.price"])
    sentence: str = Field(
        "", max_length=40, description="As clips have it: where the tagged sentence begins, in ms. Empty for a step."
    )
    right: bool


class Judged(Verdict):
    """A judgement as it was written down."""

    id: int
    rule: str = Field(description="The rule that made the tag, with its pattern; of a step its verdict.")
    speaker: str
    quote: str
    start: float | None
    end: float | None
    turn: int | None
    playbook: str
    by: str
    at: datetime

    @classmethod
    def of(cls, judgement: Judgement) -> Self:
        same = {name: value for name, value in asdict(judgement).items() if name in cls.model_fields}
        return cls(**same | {"start": judgement.start_s, "end": judgement.end_s})


class Precision(BaseModel):
    """How often a rule was judged, and how often it was right; `rule` is null for a whole tag."""

    tag: str
    rule: str | None
    judged: int
    right: int
    share: float
    doubtful: bool = Field(description="Judged ten times or more and right less than eight times in ten.")

    @classmethod
    def of(cls, tally: store.Tally) -> Self:
        return cls(**asdict(tally), share=round(tally.share, 3), doubtful=tally.doubtful)


class Learnt(BaseModel):
    """What was handed over to learn from."""

    examples: int
    new: int


@router.get("")
def find(
    parts: Given,
    recording_id: Text = None,
    tag: Text = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> Listing[Judged]:
    """Judgements, oldest first."""
    said = store.find(parts.store, calls=[recording_id] if recording_id else None, kind=kind, tag=tag or None)
    seen = rights.those_seen(parts, [one.recording_id for one in said])
    found = [one for one in said if one.recording_id in seen or parts.viewer.sees_all]
    return Listing(items=[Judged.of(one) for one in found], total=len(found))


@router.post("")
def say(parts: Given, body: Verdict) -> Judged:
    """Say whether a tag, a suggestion or a step is right. Said again, it replaces what the same person said before."""
    return Judged.of(findings.judge(parts, (body.recording_id, body.kind, body.tag, body.sentence), right=body.right))


@router.delete("/{number}", status_code=204)
def take_back(parts: Given, number: Annotated[int, Path(ge=1, lt=2**63)]) -> None:
    """Take a judgement back."""
    findings.take_back(parts, number)


@router.get("/precision")
def precision(parts: Given, tag: Text = None, kind: Annotated[Kind, Query()] = "tag") -> Listing[Precision]:
    """How far each rule can be trusted."""
    rules = store.tally(parts.store, tag=tag or None, kind=kind)
    found = [Precision.of(one) for one in (*store.by_tag(rules).values(), *rules)]
    return Listing(items=found, total=len(found))


@router.post("/learn", status_code=202)
def learn(parts: Given) -> Learnt:
    """Hand over what was agreed and rejected as examples to learn from; the worker looks at every call again."""
    return Learnt(**asdict(examples.learn(parts)))
