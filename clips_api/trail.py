"""The trail over HTTP, for admins: who saw, heard, shared, changed and deleted what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from clips_api.answers import Listing
from clips_api.audit import What
from clips_api.clips import Cursor
from clips_api.deps import Given, Parts
from clips_api.problems import RESPONSES
from clips_api.store import audit as store
from clips_api.store.audit import Asked
from clips_api.store.audit import Deed as Row

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses=RESPONSES)
Word = Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00-\x1f]*$")]


class Deed(BaseModel):
    """Something that was done."""

    id: int
    at: datetime
    by: str
    person_id: int | None = Field(description="Who it was; null for whoever holds the sign-in secret.")
    what: str = Field(examples=["heard"])
    about: str = Field(examples=["call/0123456789abcdef"])
    detail: str

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(**asdict(row))


@router.get("")
def find(
    *,
    parts: Given,
    by: Word = None,
    what: What | None = None,
    about: Annotated[Word, Query(description="What it begins with, as call/0123456789abcdef.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = None,
) -> Listing[Deed]:
    """What was done, the newest first."""
    found, goes_on, total = listing(parts, Asked(by, what, about, since, until), limit=limit, cursor=cursor)
    return Listing(items=[Deed.of(one) for one in found], next=goes_on, total=total)


def listing(parts: Parts, asked: Asked, *, limit: int, cursor: str | None) -> tuple[list[Row], str | None, int]:
    """One page of the trail, where the next begins, and how much there is. Raises BadInput."""
    question = {"list": "audit"} | asdict(asked)
    after, _ = parts.cursors.read(question, cursor)
    before = int(after[0]) if after else None
    found = store.find(parts.store, asked, limit=limit + 1, before=before)
    rows = found[:limit]
    goes_on = parts.cursors.make(question, [float(rows[-1].id)], "") if len(found) > limit else None
    return rows, goes_on, store.count(parts.store, asked)
