"""What coaching changed, over HTTP: before and after, the moments behind a count, how lessons went, one's own weeks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from clips_api import changed, lesson_figures, trend
from clips_api.answers import Listing
from clips_api.changed import DAYS, Asked, Change, Kind, Side
from clips_api.clips import Day, Text
from clips_api.deps import Given
from clips_api.index.database import Row
from clips_api.problems import RESPONSES
from clips_api.spans import clip_id
from pipeline.library import now

router = APIRouter(prefix="/api/v1", tags=["changes"], responses=RESPONSES)
MOST = 10_000  # moments of a count that can be paged through

Days = Annotated[int, Parameter(ge=1, le=DAYS[-1], description="Before and after.")]
Skip = Annotated[int, Parameter(ge=0, le=MOST)]
Limit = Annotated[int, Parameter(ge=1, le=200)]


def asked(
    *,
    module: Annotated[
        int | None, Parameter(ge=1, lt=2**31, description="Each rep's own after begins at its end.")
    ] = None,
    day: Annotated[Day, Parameter(description="Without a lesson: the same day for all.")] = None,
    rep: Text = None,
    team: Text = None,
    tag: Annotated[Text, Parameter(description="Moments of it that were handled well.")] = None,
    step: Annotated[Text, Parameter(description="Calls in which it was heard.")] = None,
    days: Days = 90,
) -> Asked:
    """What is compared, from parameters; an empty one is none."""
    return Asked(module, day or None, rep or None, team or None, tag or None, step or None, days)


Compared = Annotated[Asked, Depends(asked)]


class CountShown(BaseModel):
    """How often something was done, of how often it could have been, in how many calls."""

    done: int
    total: int
    calls: int


class ChangeShown(BaseModel):
    """One tag or step before and after."""

    kind: Kind
    name: str
    about: bool = Field(description="Whether the lesson's clips show it.")
    before: CountShown
    after: CountShown
    few: bool = Field(description="Fewer than ten on either side: too few to say anything.")
    chance: float = Field(description="How likely such a difference is if nothing changed: Fisher's exact test.")

    @classmethod
    def of(cls, one: Change) -> Self:
        return cls(
            kind=one.kind,
            name=one.name,
            about=one.about,
            before=CountShown(**asdict(one.before)),
            after=CountShown(**asdict(one.after)),
            few=one.few,
            chance=round(one.chance, 4),
        )


class StartShown(BaseModel):
    """From when on the calls of somebody are "after"."""

    name: str
    at: datetime


class ChangesShown(BaseModel):
    """Before and after; `waiting`: calls that don't count until their rep has opened them, or three working days."""

    items: list[ChangeShown]
    total: int
    people: list[StartShown]
    calls_before: int
    calls_after: int
    waiting: int
    undated: int


class BehindShown(BaseModel):
    """A moment that a count counts, or the turn that stands for a step; without a clip it is the whole call."""

    recording_id: str
    clip_id: str | None
    did: bool
    rep: str | None
    customer: str | None
    started_at: str | None
    start: float | None
    end: float | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        return cls(
            recording_id=row["recording_id"],
            clip_id=clip_of(row),
            did=row["did"],
            rep=row["rep"],
            customer=row["customer"],
            started_at=row["started_text"],
            start=row["start_s"],
            end=row["end_s"],
        )


class AskedShown(BaseModel):
    """One question: how many were asked it at their first try and answered it fully; what of its clip was contested."""

    id: str
    text: str
    asked: int
    right: int
    contested: int


class FiguresShown(BaseModel):
    """How a lesson went, of those whom you coach."""

    module_id: int
    title: str
    given: int
    started: int
    read: int = Field(description="Read to the end.")
    finished: int = Field(description="The quiz too.")
    contested: int = Field(description="Findings in its clips that were contested.")
    quiz_id: int | None
    questions: list[AskedShown]

    @classmethod
    def of(cls, one: lesson_figures.Figures) -> Self:
        same = {name: getattr(one, name) for name in ("given", "started", "read", "finished", "contested")}
        questions = [
            AskedShown(
                id=ask.question.id, text=ask.question.text, asked=ask.asked, right=ask.right, contested=ask.contested
            )
            for ask in one.questions
        ]
        return cls(module_id=one.module.id, title=one.module.title, quiz_id=one.quiz, questions=questions, **same)


class WeekShown(BaseModel):
    """One week; `begins` is its Monday."""

    begins: datetime
    done: int
    total: int


class TrendShown(BaseModel):
    """One tag or step, week by week, the oldest first."""

    kind: Kind
    name: str
    weeks: list[WeekShown]


@router.get("/changes")
def compare(parts: Given, wanted: Compared) -> ChangesShown:
    """What was done of what could have been, before and after a lesson or a day."""
    found = changed.changes(parts, wanted, now())
    return ChangesShown(
        items=[ChangeShown.of(one) for one in found.changes],
        total=len(found.changes),
        people=[StartShown(name=one.name, at=one.at) for one in found.starts],
        calls_before=found.before,
        calls_after=found.after,
        waiting=found.waiting,
        undated=found.undated,
    )


@router.get("/changes/counted")
def behind(
    *,
    parts: Given,
    wanted: Compared,
    side: Side,
    did: Annotated[Literal["yes", "no"] | None, Parameter(description="Only what was done, or what was not.")] = None,
    limit: Limit = 50,
    skip: Skip = 0,
) -> list[BehindShown]:
    """The moments, or the calls, that one of these counts counts; the latest first."""
    rows = changed.behind(parts, wanted, now(), side, did=None if did is None else did == "yes", limit=limit, skip=skip)
    return [BehindShown.from_row(row) for row in rows]


@router.get("/changes/lessons")
def lessons(parts: Given) -> Listing[FiguresShown]:
    """How each lesson went, the newest first."""
    found = [FiguresShown.of(one) for one in lesson_figures.all_figures(parts)]
    return Listing(items=found, total=len(found))


@router.get("/me/trend")
def own(parts: Given) -> Listing[TrendShown]:
    """Your own weeks: what was done of what could have been in your calls."""
    found = trend.own(parts, now())
    told = [
        TrendShown(
            kind=one.kind,
            name=one.name,
            weeks=[
                WeekShown(begins=begins, done=week.done, total=week.total)
                for begins, week in zip(found.begins, one.weeks, strict=True)
            ],
        )
        for one in found.lines
    ]
    return Listing(items=told, total=len(told))


def clip_of(row: Row) -> str | None:
    """The clip that stands for what was counted."""
    return None if row["turn"] is None else clip_id(row["recording_id"], row["start_s"], row["end_s"], row["turn"])
