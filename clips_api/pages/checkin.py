"""A check-in: the page behind a link, one line; and what a team wrote.

Opening a link changes nothing, because mail scanners open links too.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import checkin, checkins, problems
from clips_api.checkin import Closed, Opened, Sheet
from clips_api.deps import Given
from clips_api.pages.door import HEADERS, PROBE
from clips_api.problems import Problem
from clips_api.render import page
from clips_api.store import checkins as store
from clips_api.store import people
from clips_api.store.people import folded
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter()
given = APIRouter()  # behind a link, and signed in
Text = Annotated[str, Form(max_length=4000)]
Team = Annotated[str, Query(max_length=200)]
DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
DONE = {
    "saved": "Saved. Your team reads it here.",
    "on": "From now on the team is asked.",
    "off": "It is asked no more.",
}


@given.api_route("", methods=PROBE)
def show(request: Request, sheet: Opened, done: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Where the line is written; what was written stands in it."""
    return _sheet(request, sheet, sheet.checkin.text or "", saved=bool(done) and sheet.checkin.answered_at is not None)


@given.post("")
def save(request: Request, parts: Given, sheet: Opened, text: Text = "") -> Response:
    """Keep it, in the place of what was written before."""
    try:
        checkin.answer(parts, sheet, text, now())
    except BadInput as error:
        return _sheet(request, sheet, text, code=422, problem=error.detail)
    where = f"{sheet.path}?done=saved" if sheet.path.startswith("/q/") else "/goals/checkins?done=saved"
    return RedirectResponse(where, 303, headers=HEADERS)


@router.get("/goals/checkins")
def team(request: Request, parts: Given, team: Team = "", before: date | None = None, done: Team = "") -> HTMLResponse:
    """What a team wrote, week by week."""
    theirs, chosen = checkins.teams(parts), checkins.whose(parts, team or None)
    weeks, asks = checkins.weeks(parts, chosen, before), checkin.when(parts.settings)
    return page(
        request,
        "checkins.html",
        team=chosen,
        teams=theirs,
        weeks=weeks,
        older=weeks[-1][0] if len(weeks) == store.WEEKS else None,
        newest=before is None,
        names={one.id: one.name for one in people.find(parts.store)},
        asked=chosen is not None and folded(chosen) in store.asking(parts.store),
        when=f"{DAYS[asks[0]]} at {asks[1]:%H:%M}" if asks is not None else None,
        may_switch=parts.viewer.may("manager"),
        own=checkin.open_for(parts, now()),
        longest=checkin.LONGEST,
        done=DONE.get(done),
    )


@router.post("/goals/checkins")
def switch(parts: Given, team: Text, asks: Annotated[bool, Form()] = False) -> RedirectResponse:  # noqa: FBT002
    """Ask a team from now on, or no more."""
    chosen = checkins.switch(parts, team, asks=asks)
    return RedirectResponse(_address(chosen, "on" if asks else "off"), 303)


router.include_router(given, prefix="/q/{token}/checkin")
router.include_router(given, prefix="/checkins/{number}")


def install(app: FastAPI) -> None:
    """Teach an application what a link answers whose check-in is over."""

    @app.exception_handler(Closed)
    def closed(request: Request, error: Closed) -> Response:
        if "application/json" in request.headers.get("accept", "") or request.url.path.startswith("/api/"):
            body = Problem(title=error.sentence, status=410, detail="", advice=error.advice)
            return problems.answer(request, body, HEADERS)
        return page(request, "checkin_over.html", 410, HEADERS)


def _sheet(request: Request, sheet: Sheet, text: str, *, code: int = 200, **shown: Any) -> HTMLResponse:
    context: dict[str, Any] = {"saved": False, "problem": None, "longest": checkin.LONGEST} | shown
    return page(request, "checkin.html", code, HEADERS, sheet=sheet, text=text, **context)


def _address(team: str, done: str) -> str:
    return f"/goals/checkins?{urlencode({'team': team, 'done': done})}"
