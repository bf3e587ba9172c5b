"""What a link opens for somebody without an account: one clip, muted, its words masked, and nothing else.

Looking changes nothing, because mail scanners look too; only pressing play is counted. Whatever is wrong with a link,
the answer is the same plain page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from clips_api import captions
from clips_api.clipping import TYPES, Clipping, Format, clipping
from clips_api.deps import Given, Parts
from clips_api.keyring import is_token
from clips_api.masking import MARK
from clips_api.ranges import ranged
from clips_api.render import page
from clips_api.store import shares as store
from clips_api.store.shares import Share
from pipeline.errors import ExemplarError, NotFound
from pipeline.library import now

log = logging.getLogger(__name__)
router = APIRouter(prefix="/c")
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


@router.api_route("/{token}", methods=["GET", "HEAD"])
def show(request: Request, parts: Given, token: str) -> Response:
    """The clip to play, and its words."""

    def shown(clip: Clipping, share: Share) -> Response:
        said = clip.cues(names=False)
        masked = any(MARK in cue.text for cue in said)
        return page(
            request,
            "shared.html",
            token=token,
            cues=said,
            masked=masked,
            seconds=clip.seconds,
            until=share.expires_at,
        )

    return _answer(request, parts, token, shown)


@router.api_route("/{token}/audio", methods=["GET", "HEAD"])
def audio(request: Request, parts: Given, token: str, format: Format = "wav") -> Response:  # noqa: A002
    """Its sound, always muted."""

    def played(clip: Clipping, _: Share) -> Response:
        return ranged(request, clip.sound(format), TYPES[format], filename=f"clip.{format}")

    return _answer(request, parts, token, played)


@router.api_route("/{token}/captions.vtt", methods=["GET", "HEAD"])
def captions_vtt(request: Request, parts: Given, token: str) -> Response:
    """Its captions."""

    def written(clip: Clipping, _: Share) -> Response:
        return captions.VttResponse(captions.as_vtt(clip.cues(names=False)))

    return _answer(request, parts, token, written)


@router.post("/{token}/played")
def count(request: Request, parts: Given, token: str) -> Response:
    """Somebody pressed play."""

    def counted(_: Clipping, share: Share) -> Response:
        store.count(parts.store, share.id, now())
        return Response(status_code=204)

    return _answer(request, parts, token, counted)


def _answer(request: Request, parts: Parts, token: str, make: Callable[[Clipping, Share], Response]) -> Response:
    try:
        share = store.of_token(parts.store, token) if is_token(token) else None
        if share is None:
            answer: Response = page(request, "shared_gone.html", 404)
        elif not share.open(now()):
            answer = page(request, "shared_gone.html", 410)
        else:
            answer = make(clipping(parts.library, share.clip_id, muted=True), share)
    except NotFound:  # the call was deleted
        answer = page(request, "shared_gone.html", 410)
    except ExemplarError as error:
        log.warning("a shared clip can't be given: %s", error)
        answer = page(request, "shared_gone.html", 503)
    answer.headers.update(HEADERS)
    return answer
