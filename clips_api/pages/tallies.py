"""Demos and deals: entered one at a time, or as a table; what is there stays as it is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import tallies
from clips_api.deps import Given, Parts
from clips_api.render import counted, page
from clips_api.store.tallies import Kept
from clips_api.tallies import Faults, Told
from pipeline import directory
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter(prefix="/goals/numbers")
MOST_BYTES = 1_000_000
SHOWN = 50
EXAMPLE = """rep,day,kind,number
Sam Ortega,2026-11-20,demos,3
Priya Nair,2026-11-20,deals,1
"""
Text = Annotated[str, Form(max_length=300)]
Count = Annotated[int, Query(ge=0, le=tallies.LINES)]


@router.get("")
def show(request: Request, parts: Given, added: Count = 0, changed: Count = 0, same: Count = 0) -> HTMLResponse:
    """What was entered last, and where to enter more."""
    kept = Kept(added, changed, same)
    return _page(request, parts, done=_said(kept) if kept != Kept() else None)


@router.post("")
def enter(
    *, request: Request, parts: Given, rep: Text = "", day: Text = "", kind: Text = "demos", number: Text = ""
) -> Response:
    """Enter one."""
    typed = {"rep": rep or parts.viewer.name, "day": day, "kind": kind, "number": number}
    try:
        return _done(tallies.enter(parts, [Told(**typed)], now()))
    except BadInput as error:
        return _page(request, parts, code=422, typed=typed, problems=[error.detail])


@router.post("/table")
def take(
    request: Request, parts: Given, table: Annotated[str, Form()] = "", file: UploadFile | None = None
) -> Response:
    """Enter a table, all of it or nothing."""
    text = table
    try:
        text = _content(file) if file is not None and file.filename else table
        return _done(tallies.enter(parts, tallies.read(text), now()))
    except BadInput as error:
        told = list(error.lines) if isinstance(error, Faults) else [error.detail]
        return _page(request, parts, code=422, table=text, problems=told, of_table=True)


def _content(file: UploadFile) -> str:
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadInput(f"{file.filename} is larger than {MOST_BYTES // 1_000_000} MB")
    return directory.decoded(content, str(file.filename))


def _done(kept: Kept) -> RedirectResponse:
    asked = "&".join(f"{name}={number}" for name, number in vars(kept).items() if number)
    return RedirectResponse(f"/goals/numbers?{asked}", 303)


def _said(kept: Kept) -> str:
    told = [
        f"{counted(kept.added, 'number')} added" if kept.added else "",
        f"{kept.changed:,} changed" if kept.changed else "",
        f"{kept.same:,} as they were" if kept.same else "",
    ]
    return ", ".join(one for one in told if one) + "."


def _page(request: Request, parts: Parts, *, code: int = 200, **shown: Any) -> HTMLResponse:
    today = now().astimezone().date().isoformat()
    context: dict[str, Any] = {
        "typed": {"rep": "", "day": today, "kind": "demos", "number": ""},
        "problems": [],
        "of_table": False,
        "table": "",
        "done": None,
    }
    return page(
        request,
        "tallies.html",
        code,
        people=tallies.whom(parts),
        entries=tallies.shown(parts, SHOWN),
        example=EXAMPLE,
        today=today,
        **(context | shown),
    )
