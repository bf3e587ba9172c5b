"""Check-ins by the API: asking who is to be asked, what a team wrote, one's own line. And their message."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import audit, checkin, goal_setting, links
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.invitations import ALONE, Words
from clips_api.problems import RESPONSES
from clips_api.store import checkins as store
from clips_api.store import people
from clips_api.store.checkins import CheckIn
from clips_api.store.outbox import Entry
from clips_api.store.people import folded
from pipeline.errors import NotFound
from pipeline.library import now
from pipeline.message import Part

router = APIRouter(prefix="/api/v1/checkins", tags=["goals"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Team = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Week = Annotated[date | None, Query(description="Only weeks before this one.")]


class Waiting(BaseModel):
    """How many people are to be asked now."""

    due: int


class Sent(BaseModel):
    """How many people were asked."""

    written: int = Field(description="Their messages wait in the outbox until they are sent.")


class Line(BaseModel):
    """One line about a week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class CheckInShown(BaseModel):
    """Somebody's week; `text` is null until they write."""

    id: int
    person_id: int
    name: str
    team: str
    week: date = Field(description="Its Monday, on their own calendar.")
    text: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, one: CheckIn, names: dict[int, str]) -> Self:
        same = {name: getattr(one, name) for name in cls.model_fields if name != "name"}
        return cls(**same, name=names.get(one.person_id, ""))


class Asks(BaseModel):
    """Whether a team is asked each week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    team: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
    asks: bool


@router.get("/due")
def due(parts: Given) -> Waiting:
    """How many people are to be asked now."""
    return Waiting(due=len(checkin.wanted(parts, now())))


@router.post("/due")
def write(parts: Given) -> Sent:
    """Ask them. Asked twice, nobody is asked twice."""
    return Sent(written=checkin.ask(parts, now()))


@router.get("/teams")
def asking(parts: Given) -> Listing[Asks]:
    """Which of the teams that you look after are asked."""
    asked = store.asking(parts.store)
    found = [Asks(team=one, asks=folded(one) in asked) for one in teams(parts)]
    return Listing(items=found, total=len(found))


@router.put("/teams")
def choose(parts: Given, body: Asks) -> Asks:
    """Ask a team each week, or ask it no more."""
    return Asks(team=switch(parts, body.team, asks=body.asks), asks=body.asks)


@router.get("")
def listed(parts: Given, team: Team = None, before: Week = None) -> Listing[CheckInShown]:
    """The last eight weeks of your team, or of one that you look after; the newest first."""
    found = [one for _, week in weeks(parts, whose(parts, team), before) for one in week]
    names = {one.id: one.name for one in people.find(parts.store)}
    return Listing(items=[CheckInShown.of(one, names) for one in found], total=len(found))


@router.post("/{number}", responses={410: RESPONSES[404] | {"description": "Gone"}})
def say(parts: Given, number: Number, body: Line) -> CheckInShown:
    """Write your own line, or another one in its place."""
    sheet = checkin.own(parts, number)
    checkin.answer(parts, sheet, body.text, now())
    kept = store.get(parts.store, number)
    return CheckInShown.of(kept or sheet.checkin, {sheet.person.id: sheet.person.name})


def teams(parts: Parts) -> list[str]:
    """The teams whose answers somebody reads: those that they look after, else their own."""
    found = goal_setting.teams(parts, people.roster(parts.store))
    own = parts.viewer.person.team if parts.viewer.person is not None else None
    return found or ([own] if own else [])


def whose(parts: Parts, team: str | None) -> str | None:
    """The team that is asked for, else the first of theirs; None where they are in none. Raises NotFound."""
    theirs = teams(parts)
    if not team:
        own = parts.viewer.person.team if parts.viewer.person is not None else None
        return next((one for one in theirs if folded(one) == folded(own or "")), theirs[0] if theirs else None)
    found = next((one for one in theirs if folded(one) == folded(team)), None)
    if found is None:
        raise NotFound(f"team {team}")
    return found


def weeks(parts: Parts, team: str | None, before: date | None = None) -> list[tuple[date, list[CheckIn]]]:
    """The weeks of a team, the newest first; in each those who wrote, the first of them first, then the others."""
    found: dict[date, list[CheckIn]] = {}
    for one in store.of_team(parts.store, team, before) if team else ():
        found.setdefault(one.week, []).append(one)
    return [(week, sorted(some, key=_order)) for week, some in found.items()]


def switch(parts: Parts, team: str, *, asks: bool) -> str:
    """Ask a team from now on, or not; its name as people write it. Raises NotFound."""
    found = goal_setting.team(parts, people.roster(parts.store), team)
    store.ask(parts.store, found, asks=asks)
    audit.note(parts, "changed", "check-ins", f"{found}: {'asked each week' if asks else 'not asked any more'}")
    return found


def words(parts: Parts, row: Entry) -> Words:
    """A check-in in a message; None where it is written, or can't be any more."""
    found = store.get(parts.store, row.payload["checkin"])
    person = people.get(parts.store, row.payload["person"])
    if found is None or person is None or found.answered_at is not None or not found.open(now()):
        return None
    said = f"Hello {person.name}, one line about your week: what went well, or what is in your way? Your team reads it."
    path = f"/q/{checkin.token(parts, found.seed)}/checkin"
    link = Part(text=said, link=links.href(parts, path), label="Write a line")
    return "How was your week?", [link, Part(text=ALONE)]


def _order(one: CheckIn) -> tuple[bool, float, int]:
    at = one.answered_at
    return at is None, at.timestamp() if at is not None else 0.0, one.id
