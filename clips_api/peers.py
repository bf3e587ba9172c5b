"""Peer reviews over HTTP: who reviews whom this month, and the call that they are given to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from clips_api import audit, rights
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.documents import described
from clips_api.problems import RESPONSES
from clips_api.store import pairs as store
from clips_api.store import people
from clips_api.store.pairs import Pair
from clips_api.store.people import Person, folded
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/pairs", tags=["coaching"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Month = Annotated[str | None, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-11"])]


class Lent(BaseModel):
    """The call that the reviewed rep gives to be heard; null takes it back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording_id: str | None = Field(pattern=r"^[0-9a-f]{16}$")


class PairShown(BaseModel):
    """In `month`, `reviewer` reviews a call of `reviewed`, who chooses which."""

    id: int
    month: str
    reviewer_id: int
    reviewer: str
    reviewed_id: int
    reviewed: str
    recording_id: str | None = Field(description="The call that was given; null: none so far.")
    note_id: int | None = Field(description="The review, from when it was begun.")

    @classmethod
    def of(cls, pair: Pair, names: dict[int, str]) -> Self:
        return cls(**asdict(pair), reviewer=names[pair.reviewer_id], reviewed=names[pair.reviewed_id])


@router.get("")
def find(parts: Given, month: Month = None) -> Listing[PairShown]:
    """Who reviews whom, this month unless another is named: reps see their own two pairs, managers their people's."""
    names = {one.id: one.name for one in people.find(parts.store)}
    found = [PairShown.of(one, names) for one in of_month(parts, now(), month)]
    return Listing(items=found, total=len(found))


@router.post("/{number}/call")
def give(parts: Given, number: Number, body: Lent) -> PairShown:
    """Give the reviewer a call of your own to hear, another one instead, or take it back."""
    names = {one.id: one.name for one in people.find(parts.store)}
    return PairShown.of(lend(parts, number, body.recording_id), names)


def pairs(members: Sequence[Person], month: str) -> list[tuple[int, int]]:
    """Who reviews whom in a team: everybody gives one review and gets one.

    Each month everybody's partner is the next one in a circle by number; after as many months as there are others
    they begin again.
    """
    ring = sorted(one.id for one in members)
    if len(ring) < 2:
        return []
    year, number = (int(part) for part in month.split("-"))
    step = 1 + (12 * year + number) % (len(ring) - 1)
    return [(one, ring[(place + step) % len(ring)]) for place, one in enumerate(ring)]


def of_month(parts: Parts, at: datetime, month: str | None = None) -> list[Pair]:
    """The pairs of a month that this person sees. Those of the present month are written down when first asked for."""
    present = f"{at.astimezone():%Y-%m}"
    members = {one.id: one for one in people.find(parts.store) if one.left_at is None}
    if month in (None, present):
        _begin(parts, list(members.values()), present)
    viewer, found = parts.viewer, store.find(parts.store, month=month or present)
    there = [one for one in found if one.reviewer_id in members and one.reviewed_id in members]
    if viewer.may("manager"):
        return [one for one in there if viewer.coaches(members[one.reviewer_id])]
    return [one for one in there if viewer.id in (one.reviewer_id, one.reviewed_id)]


def lend(parts: Parts, number: int, call: str | None) -> Pair:
    """Give a call of one's own to be heard. Raises NotFound, BadInput."""
    pair, viewer = store.one(parts.store, number), parts.viewer
    if viewer.id is None or viewer.id != pair.reviewed_id:
        raise NotFound(f"pair {number}")
    if pair.note_id is not None:
        raise BadInput("the review is being written already")
    if call is not None:
        recording = described(rights.call(parts, call))
        person = people.roster(parts.store).person(recording.rep if recording is not None else None)
        if person is None or person.id != viewer.id:
            raise NotFound(f"call {call} of yours")
    lent = store.lend(parts.store, number, call, people.get(parts.store, pair.reviewer_id))
    if call is not None:
        audit.note(parts, "shared", f"call/{call}", f"for a review by person/{pair.reviewer_id}")
    return lent


def _begin(parts: Parts, members: Sequence[Person], month: str) -> None:
    paired = {one.reviewer_id for one in store.find(parts.store, month=month)}
    teams: dict[str, list[Person]] = {}
    for one in members:
        if one.role == "rep" and one.team:
            teams.setdefault(folded(one.team), []).append(one)
    new = [team for team in teams.values() if not paired & {one.id for one in team}]
    store.keep(parts.store, [Pair(month, *both) for team in new for both in pairs(team, month)])
