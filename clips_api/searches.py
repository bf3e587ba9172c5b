"""Saved searches over HTTP: made, listed with what each found, paused, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from clips_api import saved, telling
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.people import Line
from clips_api.problems import RESPONSES
from clips_api.store import outbox, people
from clips_api.store import saved_searches as store
from clips_api.store.people import Roster
from clips_api.store.saved_searches import SavedSearch
from pipeline.errors import NotFound

router = APIRouter(prefix="/api/v1/searches", tags=["searches"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**63)]
Tell = Annotated[Line, Field(description="A person's name, an e-mail address, a Slack channel; empty: nobody.")]


class Wanted(BaseModel):
    """A search to save. `query` is what stands after `/search?`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Line, Field(min_length=1, examples=["Price, North"])]
    query: str = Field(max_length=12_000, pattern=r"^[^\x00]*$", examples=["q=too+expensive&team=North"])
    tell: Tell = ""


class Change(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Line, Field(min_length=1)] | None = None
    tell: Tell | None = None
    paused: bool | None = None


class Shown(BaseModel):
    """A saved search as it stands."""

    id: int
    name: str
    query: str
    tell: str | None = Field(description="Who is told; null: nobody.")
    paused: bool
    by: str
    created_at: datetime
    looked_at: datetime
    told_at: datetime | None = Field(description="When somebody was last told.")
    new: int = Field(description="Clips found since somebody last opened it.")
    held: str | None = Field(description="What keeps messages from being sent, as Exemplar is set up.")


@router.get("")
def find(parts: Given) -> Listing[Shown]:
    """All of them, by name."""
    found = listed(parts)
    return Listing(items=found, total=len(found))


@router.post("", status_code=201)
def save(parts: Given, body: Wanted) -> Shown:
    """Save a search: it is asked of every call that comes from now on."""
    return shown(parts, saved.keep(parts, body.name, body.query, body.tell, parts.viewer.name))


@router.patch("/{number}")
def change(parts: Given, number: Number, body: Change) -> Shown:
    """Rename it, tell somebody else, pause it or let it go on. What came while it was paused is not told later."""
    return shown(parts, changed(parts, number, body))


@router.delete("/{number}", status_code=204)
def remove(parts: Given, number: Number) -> None:
    """Delete it, and what it was about to tell."""
    if store.remove(parts.store, number) is None:
        raise NotFound(f"saved search {number}")


def changed(parts: Parts, number: int, body: Change) -> SavedSearch:
    """Change what was given. Raises NotFound, BadInput."""
    values: dict[str, Any] = body.model_dump(include={"name", "paused"}, exclude_none=True)
    if body.tell is not None:
        values |= saved.addressed(people.roster(parts.store), body.tell)
    found = store.change(parts.store, number, **values) if values else store.get(parts.store, number)
    if found is None:
        raise NotFound(f"saved search {number}")
    return found


def listed(parts: Parts) -> list[Shown]:
    """All of them as they are shown."""
    roster, new, told = people.roster(parts.store), store.new_since_looked(parts.store), _told(parts)
    return [_shown(parts, one, roster, new, told) for one in store.find(parts.store)]


def shown(parts: Parts, one: SavedSearch) -> Shown:
    """One as it is shown."""
    return _shown(parts, one, people.roster(parts.store), store.new_since_looked(parts.store), _told(parts))


def _told(parts: Parts) -> dict[str, datetime]:
    return outbox.last_sent(parts.store, "search")


def _shown(parts: Parts, one: SavedSearch, roster: Roster, new: dict[int, int], told: dict[str, datetime]) -> Shown:
    to = saved.address(roster, one)
    same = {name: getattr(one, name) for name in ("id", "name", "query", "paused", "by", "created_at", "looked_at")}
    return Shown(
        **same,
        tell=saved.whom(roster, one) if to else None,
        told_at=told.get(one.about),
        new=new.get(one.id, 0),
        held=telling.held(parts.settings, to[0]) if to else None,
    )
