"""Deleting a call: what goes and what stays, asked once more, then done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api.calls import known
from clips_api.deletion import delete, preview
from clips_api.deps import Given
from clips_api.documents import described
from clips_api.render import page

router = APIRouter()


@router.get("/calls/{recording_id}/delete")
def ask(request: Request, parts: Given, recording_id: str) -> HTMLResponse:
    """What deleting this call would do."""
    call = known(parts, recording_id)
    return page(request, "call_delete.html", told=preview(parts, call.id), recording=described(call))


@router.post("/calls/{recording_id}/delete")
def do(parts: Given, recording_id: str, words: Annotated[str, Form(max_length=1)] = "") -> RedirectResponse:
    """Delete it for good; the list of calls says so."""
    call = known(parts, recording_id)
    delete(parts, call.id, words=bool(words))
    parts.indexer.refresh([call.id])  # so that the list shows it
    return RedirectResponse("/calls?deleted=1", 303)
