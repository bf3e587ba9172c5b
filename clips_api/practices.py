"""Practices by the API: who should get one now, writing them, whose was how, taking one back. And their message."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from clips_api import links, practice
from clips_api.deps import Given, Parts
from clips_api.invitations import ALONE, Words
from clips_api.practice import Over
from clips_api.problems import RESPONSES
from clips_api.render import counted
from clips_api.store import people, practices
from clips_api.store.outbox import Entry
from clips_api.store.practices import Asked, Practice
from pipeline.errors import NotFound
from pipeline.library import now
from pipeline.message import Part

router = APIRouter(prefix="/api/v1/practices", tags=["practices"], responses=RESPONSES)
KIND = "practice"


class Waiting(BaseModel):
    """How many people something comes back to now."""

    due: int


class Sent(BaseModel):
    """How many practices were written."""

    written: int = Field(description="Their messages wait in the outbox until they are sent.")


class Told(BaseModel):
    """One practice: how many questions, how many of them right; not which, and not what was answered."""

    id: int
    made_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    revoked_at: datetime | None
    questions: int
    answered: int
    right: int

    @classmethod
    def of(cls, one: Practice, asked: list[Asked]) -> Self:
        """As it is told to its person and to whoever coaches them."""
        return cls(
            **{name: getattr(one, name) for name in ("id", "made_at", "expires_at", "finished_at", "revoked_at")},
            questions=len(asked),
            answered=sum(it.answered_at is not None for it in asked),
            right=sum(bool(it.right) for it in asked),
        )


class ToldMany(BaseModel):
    """Somebody's practices, the newest first."""

    items: list[Told]


@router.get("/due")
def due(parts: Given) -> Waiting:
    """How many people something comes back to now."""
    return Waiting(due=len(practice.wanted(parts, now())))


@router.post("/due")
def write(parts: Given) -> Sent:
    """Write what comes back to them now. Asked twice, nobody gets two."""
    return Sent(written=practice.practise(parts, now()))


@router.get("")
def listed(parts: Given, person: Annotated[int, Query(ge=1)]) -> ToldMany:
    """Somebody's practices: one's own, or of those whom one coaches."""
    _mine(parts, person)
    found = practices.find(parts.store, person)
    with parts.store.read() as connection:
        asked = practices.asked(connection, [one.id for one in found])
    return ToldMany(items=[Told.of(one, [it for it in asked if it.practice_id == one.id]) for one in found])


@router.post("/{number}/revoke", status_code=204)
def revoke(parts: Given, number: int) -> None:
    """Take one back: its link ends, its questions come back another day."""
    with parts.store.read() as connection:
        found = practices.get(connection, number)
    if found is None:
        raise NotFound(f"practice {number}")
    _mine(parts, found.person_id)
    practices.revoke(parts.store, number, now())


def words(parts: Parts, row: Entry) -> Words:
    """A practice in a message; None where it was done, taken back, or can't be asked any more."""
    with parts.store.read() as connection:
        found = practices.get(connection, row.payload["practice"])
    if found is None or found.started_at is not None or not found.open(now()):
        return None
    try:
        sheet = practice.of_token(parts, practice.token(parts, found.seed))
    except Over:
        return None
    if not sheet.items:
        return None
    many = counted(len(sheet.items), "question")
    titles = " and ".join(f"“{title}”" for title in sheet.titles)
    said = (
        f"Hello {sheet.person.name}, {many} from {titles} to see what has stuck. It takes a minute, without signing in."
    )
    link = Part(text=said, link=links.href(parts, sheet.path), label="Practise")
    return f"A minute of practice: {many}", [link, Part(text=ALONE)]


def _mine(parts: Parts, number: int) -> None:
    person = people.get(parts.store, number)
    if person is None or not (parts.viewer.id == person.id or parts.viewer.coaches(person)):
        raise NotFound(f"person {number}")
