"""Links to clips for people without an account, over HTTP: make one, see what is out, end one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from clips_api import audit, rights
from clips_api.answers import Listing
from clips_api.clipping import clipping
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.store import shares as store
from clips_api.store.shares import Share
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1", tags=["shares"], responses=RESPONSES)
DAYS = 14  # a link works, unless said otherwise
LONGEST = 90  # days


class Wish(BaseModel):
    """How long a link is to work."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(DAYS, ge=1, le=LONGEST)


class Link(BaseModel):
    """A link to a clip. `url` is given once, when it is made: only its hash is kept."""

    id: int
    clip_id: str
    by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    played: int = Field(description="How often somebody pressed play.")
    played_at: datetime | None
    state: Literal["open", "expired", "revoked"]

    @classmethod
    def of(cls, share: Share) -> Self:
        return cls(**asdict(share), state=_state(share))


class NewLink(Link):
    url: str


@router.post("/clips/{clip_id}/share", status_code=201, responses=CONFLICT)
def make(parts: Given, request: Request, clip_id: str, body: Wish | None = None) -> NewLink:
    """Make a link that plays this clip, muted, with its masked words, to whoever has it. Sending it is up to you."""
    share, url = share_clip(parts, request, clip_id, (body or Wish()).days)
    return NewLink(**Link.of(share).model_dump(), url=url)


@router.get("/shares")
def find(
    parts: Given, clip_id: Annotated[str | None, Query(max_length=60, description="Of this clip only.")] = None
) -> Listing[Link]:
    """Links that were made, the newest first."""
    made = store.find(parts.store, clip_id=clip_id)
    seen = rights.those_seen(parts, [one.recording_id for one in made])
    found = [one for one in made if one.recording_id in seen or parts.viewer.sees_all]
    return Listing(items=[Link.of(share) for share in found], total=len(found))


@router.delete("/shares/{number}", status_code=204)
def end(parts: Given, number: Annotated[int, Path(ge=1, lt=2**31)]) -> None:
    """End a link: from now on it opens nothing."""
    revoke(parts, number)


def share_clip(parts: Parts, request: Request, clip_id: str, days: int) -> tuple[Share, str]:
    """A new link and its address. Raises what clipping raises: what can't be played muted isn't shared."""
    rights.clip(parts, clip_id)
    clipping(parts.library, clip_id, muted=True)
    share, token = store.add(parts.store, clip_id, by=parts.viewer.name, at=now(), days=days)
    audit.note(parts, "shared", f"clip/{clip_id}", f"a link for {days} days")
    base = parts.settings.public_url or str(request.base_url)
    return share, f"{base.rstrip('/')}/c/{token}"


def revoke(parts: Parts, number: int) -> Share:
    """End a link. Raises NotFound."""
    made = next((one for one in store.find(parts.store) if one.id == number), None)
    if made is None or not (parts.viewer.sees_all or rights.those_seen(parts, [made.recording_id])):
        raise NotFound(f"link {number}")
    return store.revoke(parts.store, number, now()) or made


def _state(share: Share) -> Literal["open", "expired", "revoked"]:
    return "open" if share.open(now()) else "revoked" if share.revoked_at else "expired"
