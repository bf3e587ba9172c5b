"""A team's week over HTTP: what to coach, targets, week by week; its targets can be set and taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from pydantic import BaseModel, ConfigDict, Field

from clips_api import audit, members, single, team
from clips_api.changed import Kind
from clips_api.changes import BehindShown, CountShown, Limit, Skip
from clips_api.clips import Text
from clips_api.deps import Given, Parts
from clips_api.problems import RESPONSES
from clips_api.store import targets as store
from clips_api.store.targets import Target
from clips_api.targets import Light
from clips_api.team import BACK, WEEKS, Asked, Measure, ToCoach
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter(prefix="/api/v1/team", tags=["team"], responses=RESPONSES)
Back = Annotated[int, Parameter(ge=0, le=BACK, description="Weeks: 1 is the one before this.")]
Week = Annotated[int, Parameter(ge=1, le=WEEKS)]  # 1 is the oldest


def asked(team: Text = None, back: Back = 0) -> Asked:
    """Whose week, from parameters; an empty one is none."""
    return Asked(team or None, back)


Wanted = Annotated[Asked, Depends(asked)]


class TargetSet(BaseModel):
    """What is aimed at: of a hundred moments of a tag so many handled well, of a hundred calls so many with a step."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    name: str = Field(min_length=1, max_length=120)
    share: int | None = Field(ge=1, le=100, description="Of a hundred; null: no target any more.")


class WeekCounted(BaseModel):
    """One week; `begins` is its Monday."""

    begins: datetime
    done: int
    total: int


class MeasureShown(BaseModel):
    """One tag or step: the last four weeks, and each of twelve, the oldest first."""

    kind: Kind
    name: str
    lately: CountShown
    missing: int = Field(description="How many more it would have taken to reach the target; without one, half.")
    target: int | None = Field(description="Of a hundred.")
    light: Light | None = Field(
        description="green: reached; amber: at most ten of a hundred below; red; few: below ten."
    )
    weeks: list[WeekCounted]

    @classmethod
    def of(cls, one: Measure, begins: tuple[datetime, ...]) -> Self:
        return cls(
            kind=one.kind,
            name=one.name,
            lately=CountShown(done=one.lately.done, total=one.lately.total, calls=one.lately.calls),
            missing=one.missing,
            target=one.target.share if one.target else None,
            light=one.light,
            weeks=[
                WeekCounted(begins=when, done=it.done, total=it.total)
                for when, it in zip(begins, one.weeks, strict=True)
            ],
        )


class RepShown(BaseModel):
    """One rep's last four weeks; only where their team names reps."""

    name: str
    done: int
    total: int


class CoachShown(BaseModel):
    """Something worth coaching, and whom to begin with."""

    kind: Kind
    name: str
    done: int
    total: int
    reps: list[RepShown]

    @classmethod
    def of(cls, one: ToCoach) -> Self:
        count = one.measure.lately
        reps = [RepShown(name=it.name, done=it.count.done, total=it.count.total) for it in one.reps]
        return cls(kind=one.measure.kind, name=one.measure.name, done=count.done, total=count.total, reps=reps)


class TeamShown(BaseModel):
    """A team's week; `team` null: everybody together. `waiting`: calls that don't count yet."""

    team: str | None
    teams: list[str]
    names_reps: bool = Field(description="Whether figures of each of its reps are shown alone.")
    calls: list[int] = Field(description="Conversations that count, in each of twelve weeks.")
    waiting: int
    coach: list[CoachShown]
    measures: list[MeasureShown]


@router.get("")
def show(parts: Given, wanted: Wanted) -> TeamShown:
    """What to coach next, targets and counts week by week."""
    found = team.figures(parts, wanted, now())
    called = found.whose.called
    return TeamShown(
        team=found.whose.team,
        teams=list(found.whose.teams),
        names_reps=bool(called) and single.shown(parts, called, found.whose.roster) == called.keys(),
        calls=list(found.calls),
        waiting=found.waiting,
        coach=[CoachShown.of(one) for one in found.coach],
        measures=[MeasureShown.of(one, found.begins) for one in found.measures],
    )


@router.get("/counted")
def behind(
    *,
    parts: Given,
    wanted: Wanted,
    tag: Text = None,
    step: Text = None,
    rep: Text = None,
    first: Week = 1,
    last: Week = WEEKS,
    did: Annotated[Literal["yes", "no"] | None, Parameter(description="Only what was done, or what was not.")] = None,
    limit: Limit = 50,
    skip: Skip = 0,
) -> list[BehindShown]:
    """The moments, or the calls, that one of these counts counts; the latest first."""
    rows = team.behind(
        parts,
        wanted,
        now(),
        measure_of(tag, step),
        (first, max(first, last)),
        rep=rep or None,
        did=None if did is None else did == "yes",
        limit=limit,
        skip=skip,
    )
    return [BehindShown.from_row(row) for row in rows]


@router.put("/targets", status_code=204)
def aim(parts: Given, wanted: TargetSet, team: Text = None) -> None:
    """Set a target of a team, or take it away."""
    set_target(parts, team or None, wanted)


def set_target(parts: Parts, asked: str | None, wanted: TargetSet) -> str | None:
    """Set a target, or take it away; the team that it is of. Raises NotFound, BadInput for what nothing is known of."""
    of = members.named(parts, asked)
    about = f"team/{of}" if of else "team"
    if wanted.share is None:
        known = {(one.kind, one.name) for one in store.of(parts.store, of or "")}
        if (wanted.kind, wanted.name) in known and store.remove(parts.store, of or "", wanted.kind, wanted.name):
            audit.note(parts, "changed", about, f"no target for {wanted.name}")
        return of
    if {"kind": wanted.kind, "name": wanted.name} not in parts.database.rows("measures"):
        raise BadInput(f"no call has a {wanted.kind} {wanted.name} to count")
    store.put(parts.store, of or "", Target(wanted.kind, wanted.name, wanted.share, parts.viewer.name, now()))
    audit.note(parts, "changed", about, f"target for {wanted.name}: {wanted.share} of 100")
    return of


def measure_of(tag: str | None, step: str | None) -> tuple[Kind, str]:
    """The tag or the step that is counted. Raises BadInput where none is named."""
    if tag:
        return "tag", tag
    if step:
        return "step", step
    raise BadInput("name a tag or a step")
