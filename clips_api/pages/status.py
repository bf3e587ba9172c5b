"""Where is my call? Every file ever seen; the page asks again by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api.calls import try_again
from clips_api.clips import Cursor
from clips_api.deps import Given, Parts
from clips_api.playbook import reading, trouble
from clips_api.problems import NotNow
from clips_api.queue import cancel, discard, put_first
from clips_api.render import page
from clips_api.status import Group, listing, look

router = APIRouter()
A_GROUP = 25
Action = Literal["retry", "first", "cancel", "discard"]
ACTIONS: dict[Action, Callable[[Parts, str], None]] = {
    "retry": try_again,
    "first": put_first,
    "cancel": cancel,
    "discard": discard,
}


@router.get("/status")
def show(request: Request, parts: Given, part: Annotated[str | None, Query()] = None) -> Response:
    """All four groups; `part=live` gives what changes, or 304 where nothing did."""
    status = look(parts, A_GROUP)
    template = "status_live.html" if part == "live" else "status.html"
    reread = reading(parts)
    answer = page(
        request, template, status=status, inbox=parts.library.inbox, reading=reread, playbook_trouble=trouble(parts)
    )
    if part != "live":
        return answer
    tag = f'"{sha256(answer.body).hexdigest()[:24]}"'
    headers = {"ETag": tag, "X-Busy": "1" if status.busy or reread else "0"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    answer.headers.update(headers)
    return answer


@router.get("/status/{group}")
def go_on(request: Request, parts: Given, group: Group, cursor: Cursor = None) -> HTMLResponse:
    """One group, page by page."""
    found = listing(parts, group, limit=100, cursor=cursor)
    return page(request, "status_group.html", group=group, found=found)


@router.post("/status/{what}")
def act(parts: Given, what: Action, id: Annotated[str, Form()]) -> RedirectResponse:  # noqa: A002  the form's name
    """Do what a row's button says; one that comes too late changes nothing, and the page shows why."""
    with suppress(NotNow):
        ACTIONS[what](parts, id)
    parts.indexer.refresh([id])  # so that the page shows it
    return RedirectResponse("/status", 303)
