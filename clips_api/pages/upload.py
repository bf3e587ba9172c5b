"""Upload: drop files, say who was on the call, and see them arrive."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import rights
from clips_api.deps import Given
from clips_api.render import page
from clips_api.uploads import receive

router = APIRouter()


@router.get("/upload")
def show(request: Request, parts: Given) -> HTMLResponse:
    """The form."""
    return page(
        request,
        "upload.html",
        reps=rights.reps(parts),
        customers=rights.customers(parts),
        most_mb=parts.settings.max_upload_mb,
        inbox=parts.library.inbox,
    )


@router.post("/upload")
async def take(parts: Given, request: Request) -> RedirectResponse:
    """The form without scripts."""
    await receive(parts.library, request, parts.settings.max_upload_mb)
    parts.inbox.forget()
    return RedirectResponse("/status", 303)
