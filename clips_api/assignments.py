"""Assignments over HTTP: who is given which lesson or quiz, how far they are, and their links to send by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from clips_api import audit, giving, progress
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.giving import Gift
from clips_api.people import Line
from clips_api.problems import CONFLICT, RESPONSES, NotNow
from clips_api.progress import Progress, State
from clips_api.store import assignments as store
from clips_api.store import people
from clips_api.store.assignments import Assignment
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/assignments", tags=["assignments"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Id = Annotated[int, Field(ge=1, lt=2**31)]
Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]


class Wanted(BaseModel):
    """What to give, a lesson or a quiz, and to whom: people by number, a whole team, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    module_id: Id | None = Field(None, description="A lesson; its quiz, where it has one, comes with it.")
    quiz_id: Id | None = None
    people: list[Id] = Field(default_factory=list, max_length=5000)
    team: Line | None = None
    due_on: date | None = None
    message: Text = Field("", description="What you say to them with it.")
    channel: Line | None = Field(None, description="A Slack channel that is told too, without anybody's link.")


class Change(BaseModel):
    """Another day by which it is due; null: no day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    due_on: date | None


class Shown(BaseModel):
    """One assignment as it stands."""

    id: int
    person_id: int
    person: str
    module_id: int | None
    quiz_id: int | None
    title: str
    by: str
    message: str
    made_at: datetime
    due_on: date | None
    state: State
    why: str | None = Field(description="What keeps its message from going out.")
    sent_at: datetime | None
    started_at: datetime | None
    learned_at: datetime | None = Field(description="When the lesson's end was reached.")
    finished_at: datetime | None
    revoked_at: datetime | None
    points: float | None = Field(description="Of the attempt that was handed in last.")
    possible: float | None
    to_mark: bool = Field(description="Whether an answer waits for a manager.")

    @classmethod
    def of(cls, one: Progress, *, own: bool = False) -> Self:
        """As a manager sees it; to people themselves nobody says why they weren't told."""
        same = {name: value for name, value in asdict(one.given).items() if name in cls.model_fields}
        last = one.last
        return cls(
            **same,
            person=one.person.name,
            title=one.title,
            state=one.state,
            why=None if own else one.why,
            sent_at=one.sent_at,
            points=last.points if last is not None else None,
            possible=last.possible if last is not None else None,
            to_mark=one.to_mark,
        )


class Made(BaseModel):
    """What came of it. `had`: who has the same already, and isn't through with it."""

    items: list[Shown]
    had: list[str]


class Link(BaseModel):
    """Somebody's link, to be sent to them by hand."""

    url: str
    expires_at: datetime


@router.get("")
def find(
    parts: Given, person: Annotated[int | None, Query(ge=1, lt=2**31, description="Of this person only.")] = None
) -> Listing[Shown]:
    """Your own assignments and those of the people you coach, the newest first."""
    found = [one for one in listed(parts) if person is None or one.person.id == person]
    shown = [Shown.of(one, own=one.person.id == parts.viewer.id) for one in found]
    return Listing(items=shown, total=len(shown))


@router.post("", status_code=201)
def make(parts: Given, body: Wanted) -> Made:
    """Give a lesson or a quiz to people: all of them or, where something is wrong, none. Each is told."""
    outcome = give(parts, body)
    items = [Shown.of(one) for one in progress.of(parts, outcome.given, now())]
    return Made(items=items, had=[person.name for person in outcome.had])


@router.get("/{number}")
def show(parts: Given, number: Number) -> Shown:
    """One of them."""
    given = mine_or_coached(parts, number)
    one = progressed(parts, given)
    return Shown.of(one, own=given.person_id == parts.viewer.id)


@router.patch("/{number}")
def change(parts: Given, number: Number, body: Change) -> Shown:
    """Change the day by which it is due."""
    given = coached(parts, number)
    store.postpone(parts.store, given.id, body.due_on)
    audit.note(parts, "changed", given.about, f"due on {body.due_on}" if body.due_on else "due on no day")
    return show(parts, number)


@router.delete("/{number}", status_code=204)
def withdraw(parts: Given, number: Number) -> None:
    """Take it back: its links end, nothing more is sent. What is finished stays."""
    given = coached(parts, number)
    store.revoke(parts.store, given.id, now())
    audit.note(parts, "deleted", given.about, "taken back")


@router.post("/{number}/link", responses=CONFLICT)
def copy(parts: Given, request: Request, number: Number) -> Link:
    """Its link, shown once more so that you can send it yourself. Anybody who has it can answer in their name."""
    given = to_do(parts, number)
    url, until = giving.copied(parts, given, str(request.base_url), now())
    return Link(url=url, expires_at=until)


@router.post("/{number}/send", status_code=202, responses=CONFLICT)
def send(parts: Given, number: Number) -> Shown:
    """Send its link again, to the address on file."""
    given = to_do(parts, number)
    giving.send_again(parts, given, now(), wait=True)
    audit.note(parts, "sent", given.about)
    return show(parts, number)


def give(parts: Parts, wanted: Wanted) -> giving.Outcome:
    """Give what is wanted. Raises BadInput, NotFound."""
    at, message = now(), " ".join(wanted.message.split())
    if wanted.due_on is not None and wanted.due_on < at.astimezone().date():
        raise BadInput("the day by which it is due has passed")
    channel = giving.slack_channel(wanted.channel) if wanted.channel else None
    if channel is not None and not wanted.team:
        raise BadInput("a channel is told of what a whole team is given: choose the team")
    gift = Gift(wanted.module_id, wanted.quiz_id, wanted.due_on, message)
    outcome = giving.give(parts, gift, giving.receivers(parts, wanted.people, wanted.team), at)
    for one in outcome.given:
        audit.note(parts, "sent", one.about, f"to person/{one.person_id}")
    if channel is not None and wanted.team and outcome.given:
        giving.announce(parts, channel, wanted.team, outcome.given[0], at)
    return outcome


def listed(parts: Parts) -> list[Progress]:
    """One's own and those of the people one coaches, the newest first."""
    ours = [one.id for one in people.find(parts.store) if parts.viewer.coaches(one) or one.id == parts.viewer.id]
    return progress.of(parts, store.find(parts.store, of=ours), now())


def progressed(parts: Parts, given: Assignment) -> Progress:
    """How far one of them is."""
    (one,) = progress.of(parts, [given], now())
    return one


def coached(parts: Parts, number: int) -> Assignment:
    """An assignment of somebody whom this person coaches. Raises NotFound for any other."""
    given = store.get(parts.store, number)
    person = people.get(parts.store, given.person_id) if given is not None else None
    if given is None or person is None or not parts.viewer.coaches(person):
        raise NotFound(f"assignment {number}")
    return given


def mine_or_coached(parts: Parts, number: int) -> Assignment:
    """The same, or one's own. Raises NotFound."""
    given = store.get(parts.store, number)
    if given is not None and parts.viewer.id is not None and given.person_id == parts.viewer.id:
        return given
    return coached(parts, number)


def to_do(parts: Parts, number: int) -> Assignment:
    """The same where something is left to do. Raises NotFound, NotNow."""
    given = coached(parts, number)
    if not given.open:
        raise NotNow("it is finished" if given.finished_at is not None else "it was taken back")
    return given
