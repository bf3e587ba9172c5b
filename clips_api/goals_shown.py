"""Goals over HTTP: set, looked at, changed, put away; what they count; demos and deals that are entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from fastapi import Query as Parameter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import goal_figures, goal_setting, goals, tallies
from clips_api.answers import Listing
from clips_api.changes import BehindShown, Limit, Skip
from clips_api.deps import Given, Parts
from clips_api.goals import Standing
from clips_api.pace import Colour, State
from clips_api.problems import RESPONSES
from clips_api.store.goals import Goal, Kind
from clips_api.store.tallies import Kind as Entered
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/goals", tags=["goals"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1), examples=["2026-12-31"])]
Target = Annotated[int, Field(ge=1, le=goal_setting.MOST, description="A rate in percent, else a number.")]
Over = Annotated[bool, Parameter(description="Those that are over too.")]
MOST_SHOWN = 500  # entries


class GoalMade(BaseModel):
    """A goal of one rep or of one team. `name`: which tag or step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person_id: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    team: Annotated[Line, Field(min_length=1, examples=["North"])] | None = None
    kind: Kind = Field(description="tag, step: a rate; calls (conversations), demos, deals: a number.")
    name: Line = Field("", examples=["next_step"])
    target: Target
    starts_on: Day
    ends_on: Day

    def goal(self, parts: Parts) -> Goal:
        """The goal that it would be."""
        return Goal(**self.model_dump(), by=parts.viewer.name, made_at=now())


class GoalChange(BaseModel):
    """What changes of a goal. What is left out stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: Target | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class PaceShown(BaseModel):
    """How it stands: `colour` by the pace that is needed from now on."""

    state: State
    colour: Colour
    needed: float | None = Field(description="A working day of a number; of all that comes of a rate, 0 to 1.")


class GoalShown(BaseModel):
    """A goal as it stands. `done`, `total` and `pace` are null where a rate of one rep is not this person's to see."""

    id: int
    person_id: int | None
    team: str | None
    who: str
    kind: Kind
    name: str
    target: int
    starts_on: date
    ends_on: date
    by: str
    done: int | None = Field(description="What there is so far; of a rate, of how many chances: `total`.")
    total: int | None
    days_gone: int = Field(description="Working days that are over, and those to come with today.")
    days_left: int
    pace: PaceShown | None

    @classmethod
    def of(cls, one: Standing) -> Self:
        goal, figure, pace = one.goal, one.figure, one.pace
        same = ("id", "person_id", "team", "kind", "name", "target", "starts_on", "ends_on", "by")
        needed = pace.needed if pace is not None else None
        return cls(
            **{name: getattr(goal, name) for name in same},
            who=one.who,
            done=figure.done if figure is not None else None,
            total=figure.total if figure is not None and goal.rate else None,
            days_gone=one.days.gone,
            days_left=one.days.left,
            pace=PaceShown(
                state=pace.state, colour=pace.colour, needed=round(float(needed), 4) if needed is not None else None
            )
            if pace is not None
            else None,
        )


class Entry(BaseModel):
    """How many demos or deals somebody had on a day; 0 takes out what was there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rep: Annotated[Line, Field(min_length=1, description="A name or an e-mail address.", examples=["Sam Ortega"])]
    day: Day
    kind: Entered
    number: Annotated[int, Field(ge=0, le=tallies.MOST)]


class Entries(BaseModel):
    """Numbers to enter, all of them or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: list[Entry] = Field(max_length=5000)


class EntryShown(BaseModel):
    """What was entered, and by whom."""

    rep: str
    day: date
    kind: Entered
    number: int
    by: str


class Kept(BaseModel):
    """What came of it. The same once more changes nothing."""

    added: int
    changed: int
    same: int


@router.get("")
def find(parts: Given, over: Over = False) -> Listing[GoalShown]:  # noqa: FBT002  a query parameter
    """Your own goals, your team's, and for managers those of the people they coach; the one that ends first first."""
    found = [GoalShown.of(one) for one in goals.find(parts, now()) if over or not one.days.over]
    return Listing(items=found, total=len(found))


@router.post("", status_code=201)
def make(parts: Given, body: GoalMade) -> GoalShown:
    """Set a goal for somebody you coach, or for a team of yours."""
    return show(parts, goal_setting.make(parts, body.goal(parts)).id)


@router.get("/numbers")
def numbers(parts: Given) -> Listing[EntryShown]:
    """The demos and deals that were entered for you and those you coach, the latest day first."""
    found = [
        EntryShown(rep=person.name, day=one.day, kind=one.kind, number=one.number, by=one.by)
        for one, person in tallies.shown(parts, MOST_SHOWN)
    ]
    return Listing(items=found, total=len(found))


@router.put("/numbers")
def enter(parts: Given, body: Entries) -> Kept:
    """Enter demos and deals. A number for the same rep, day and kind takes the place of the one before."""
    told = [
        tallies.Told(one.rep, one.day.isoformat(), one.kind, str(one.number), f"number {place}")
        for place, one in enumerate(body.numbers, 1)
    ]
    return Kept(**vars(tallies.enter(parts, told, now())))


@router.get("/{number}")
def show(parts: Given, number: Number) -> GoalShown:
    """One goal."""
    return GoalShown.of(goals.one(parts, number, now()))


@router.patch("/{number}")
def change(parts: Given, number: Number, body: GoalChange) -> GoalShown:
    """Give it another target or period."""
    found = goals.one(parts, number, now())
    values = {name: value for name, value in body.model_dump().items() if value is not None}
    goal_setting.change(parts, found, replace(found.goal, **values))
    return show(parts, number)


@router.delete("/{number}", status_code=204)
def put_away(parts: Given, number: Number) -> None:
    """Put it away; what it counted stays."""
    goal_setting.put_away(parts, goals.one(parts, number, now()), now())


@router.get("/{number}/counted")
def counted(
    *,
    parts: Given,
    number: Number,
    did: Annotated[Literal["yes", "no"] | None, Parameter(description="Only what was done, or what was not.")] = None,
    limit: Limit = 50,
    skip: Skip = 0,
) -> list[BehindShown]:
    """The moments that a rate counts, the latest first. Of a number of calls they are on its page."""
    at = now()
    found = goals.one(parts, number, at)
    if not found.plays:
        raise NotFound(f"what goal {number} counts")
    if not found.goal.rate:
        raise BadInput("only a rate counts moments")
    chosen = None if did is None else did == "yes"
    rows = goal_figures.moments(parts, found, at, did=chosen, limit=limit, skip=skip)
    return [BehindShown.from_row(row) for row in rows]
