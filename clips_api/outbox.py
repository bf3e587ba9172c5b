"""The outbox over HTTP: what waits and why, and for whoever sends: take, and say how it went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from clips_api import telling
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.problems import RESPONSES
from clips_api.store import outbox as store
from clips_api.store import people
from clips_api.store.outbox import Entry
from pipeline.errors import NotFound
from pipeline.library import now
from pipeline.message import Message

router = APIRouter(prefix="/api/v1/outbox", tags=["outbox"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**63)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w .-]+$")]


class Waiting(BaseModel):
    """A message that was not sent. `held`: why it can't be, as things are set up; `given_up_at`: no more tries."""

    id: int
    kind: str
    about: str = Field(examples=["search/12"])
    channel: str
    address: str
    created_at: datetime
    due_at: datetime
    attempts: int
    held: str | None
    error: str | None = Field(description="What the last try came to.")
    given_up_at: datetime | None

    @classmethod
    def of(cls, parts: Parts, entry: Entry) -> Self:
        same = {name: getattr(entry, name) for name in cls.model_fields if name != "held"}
        return cls(**same, held=telling.held(parts.settings, entry.channel, links=entry.links))


class Asked(BaseModel):
    """Who takes messages, how many, for how long, over which channels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: Name
    n: int = Field(5, ge=1, le=100)
    seconds: float = Field(180, gt=0, le=3600)
    channels: list[Name] = Field(max_length=20)


class Outcome(BaseModel):
    """How sending went. Not sent, it is tried again after `retry_s` seconds; never, where that is null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sent: bool
    who: Name
    error: str = Field("", max_length=1000, pattern=r"^[^\x00]*$")
    retry_s: float | None = Field(None, ge=0, le=30 * 86400)


class Due(BaseModel):
    """How many messages could be sent now."""

    due: int


@router.get("")
def waiting(parts: Given) -> Listing[Waiting]:
    """What was not sent yet, the oldest first, and what keeps it; of what is told to one person, to those you coach."""
    coached = _coached(parts)
    found = [Waiting.of(parts, entry) for entry in store.waiting(parts.store) if _ours(entry, coached)]
    return Listing(items=found, total=len(found))


@router.get("/due")
def due(
    parts: Given, channels: Annotated[str, Query(max_length=200, description="Names with commas between.")] = ""
) -> Due:
    """How much a lease would find."""
    return Due(due=telling.due(parts, [name for name in channels.split(",") if name]))


@router.post("/lease")
def lease(parts: Given, body: Asked) -> Listing[Message]:
    """Take due messages for a while. Whoever takes them says how each went; else they are given out again."""
    found = telling.take(parts, body.n, body.who, body.seconds, body.channels)
    return Listing(items=found, total=len(found))


@router.post("/{number}", status_code=204)
def tell(parts: Given, number: Number, body: Outcome) -> None:
    """Say how sending went. Of something that another one holds by now, only that it was sent."""
    at = now()
    if body.sent:
        if not store.sent(parts.store, number, at):
            raise NotFound(f"message {number}")
        return
    retry_at = at + timedelta(seconds=body.retry_s) if body.retry_s is not None else None
    store.failed(parts.store, number, body.who, body.error, retry_at=retry_at, at=at)


@router.post("/{number}/again", status_code=204)
def again(parts: Given, number: Number) -> None:
    """Try now what failed."""
    _check(parts, number)
    if not store.again(parts.store, number, now()):
        raise NotFound(f"unsent message {number}")


@router.delete("/{number}", status_code=204)
def drop(parts: Given, number: Number) -> None:
    """Take out what was not sent."""
    _check(parts, number)
    if not store.drop(parts.store, number):
        raise NotFound(f"unsent message {number}")


def _coached(parts: Parts) -> set[int]:
    return {one.id for one in people.find(parts.store) if parts.viewer.coaches(one) or one.id == parts.viewer.id}


def _ours(entry: Entry, coached: set[int]) -> bool:
    """Whether whoever asks may know of a message: one to somebody else's rep is none of theirs."""
    return "person" not in entry.payload or entry.payload["person"] in coached


def _check(parts: Parts, number: int) -> None:
    """Raises NotFound for a message that isn't there, or is none of theirs."""
    entry = store.get(parts.store, number)
    if entry is None or not _ours(entry, _coached(parts)):
        raise NotFound(f"unsent message {number}")
