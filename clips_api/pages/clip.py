"""One clip by itself: its sound, its words, and the links by which others can hear it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from clips_api import documents, rights, wins
from clips_api.clipping import clipping
from clips_api.deps import Given, Parts
from clips_api.render import page
from clips_api.sharing import DAYS, LONGEST, Link, revoke, share_clip
from clips_api.spans import Span
from clips_api.store import shares

router = APIRouter(prefix="/clips/{clip_id}")


@router.get("")
def show(request: Request, parts: Given, clip_id: str) -> Response:
    """The clip's page."""
    return _page(request, parts, clip_id)


@router.post("/share")
def share(
    request: Request, parts: Given, clip_id: str, days: Annotated[int, Form(ge=1, le=LONGEST)] = DAYS
) -> Response:
    """Make a link without scripts. Its address is shown now and never again."""
    made, url = share_clip(parts, request, clip_id, days)
    return _page(request, parts, clip_id, {"url": url, "until": made.expires_at}, 201)


@router.post("/share/{number}/end")
def end(parts: Given, clip_id: str, number: int) -> RedirectResponse:
    """End a link without scripts."""
    revoke(parts, number)
    return RedirectResponse(f"/clips/{clip_id}", 303)


def _page(
    request: Request, parts: Parts, clip_id: str, made: dict[str, object] | None = None, status: int = 200
) -> Response:
    rights.clip(parts, clip_id)
    clip = clipping(parts.library, clip_id, muted=parts.settings.mask)
    links = [Link.of(one) for one in shares.find(parts.store, clip_id=clip_id)]
    return page(
        request,
        "clip.html",
        status,
        clip_id=clip_id,
        at=Span.parse(clip_id).start,
        recording=documents.described(clip.call),
        seconds=clip.seconds,
        cues=clip.cues(mask=parts.settings.mask),
        made=made,
        links=[link for link in links if link.state == "open"],
        win=wins.of_clip(parts, clip_id),
        may_win=parts.viewer.may("manager") and wins.could_be(parts, clip_id),
    )
