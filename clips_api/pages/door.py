"""Where a link leads: what waits behind it, Start, and what somebody sees whose link does not work any more.

Looking changes nothing, because mail scanners look too; only pressing Start does. Whatever is wrong with a link, the
page is the same, and its button sends a new one to the address on file, whoever presses it.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from clips_api import giving, links, problems
from clips_api.deps import Given, Parts
from clips_api.invitations import giver
from clips_api.links import STATUS, Dead, Reviewed, Ticket, Ticketed
from clips_api.outline import outline
from clips_api.problems import Problem
from clips_api.render import page
from clips_api.store import assignments, outbox
from pipeline.library import now

router = APIRouter()
door = APIRouter()  # behind a link, and signed in
HEADERS = {  # nobody else should keep or find it
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "same-origin",
}
A_DAY = timedelta(days=1)
MOST = 5  # links that are sent in a day because somebody asked for them
PROBE = ["GET", "HEAD"]


@door.api_route("", methods=PROBE)
def show(request: Request, parts: Given, ticket: Reviewed) -> Response:
    """What waits, how long it takes, who sees the answers."""
    given = ticket.assignment
    if given.finished_at is not None:
        if not ticket.looks_back:
            raise Dead("finished")
        return RedirectResponse(_next(ticket), 303, headers=HEADERS)
    held = outline(parts, given)
    return page(
        request, "door.html", headers=HEADERS, ticket=ticket, held=held, giver=giver(given), goes_on=_next(ticket)
    )


@door.post("/start")
def start(parts: Given, ticket: Ticketed) -> RedirectResponse:
    """Start was pressed: from now on they keep what they have begun. Pressed again, they go on."""
    begun = assignments.start(parts.store, ticket.assignment.id, now()) or ticket.assignment
    return RedirectResponse(_next(Ticket(begun, ticket.person, ticket.path)), 303, headers=HEADERS)


@router.post("/q/{token}/again")
def again(request: Request, parts: Given, token: str) -> Response:
    """Send a new link to the address on file. The answer says nothing: not whether there is anybody, nor to whom."""
    given = links.belongs_to(parts, token)
    if given is not None and given.revoked_at is None and _few(parts, given.about):
        giving.send_again(parts, given, now(), wait=False)
    return page(request, "door_asked.html", headers=HEADERS)


router.include_router(door, prefix="/q/{token}")
router.include_router(door, prefix="/assignments/{assignment}")


def install(app: FastAPI) -> None:
    """Teach an application what a link answers that does not work."""

    @app.exception_handler(Dead)
    def dead(request: Request, error: Dead) -> Response:
        status = STATUS[error.state]
        if "application/json" in request.headers.get("accept", ""):
            body = Problem(title=error.sentence, status=status, detail="", advice=error.advice)
            return problems.answer(request, body, HEADERS)
        token = request.path_params.get("token")
        return page(request, "door_dead.html", status, HEADERS, token=token)


def _next(ticket: Ticket) -> str:
    """Where they go on."""
    given = ticket.assignment
    if given.finished_at is not None:
        return f"{ticket.path}/quiz/result" if given.quiz_id is not None else f"{ticket.path}/lesson/end"
    if given.module_id is not None and given.learned_at is None:
        return f"{ticket.path}/lesson"
    return f"{ticket.path}/quiz"


def _few(parts: Parts, about: str) -> bool:
    """Whether not too many links were asked for of late."""
    since = now() - A_DAY
    rows = outbox.about(parts.store, [about]).get(about, [])
    return sum(row.kind == "link" and row.created_at > since for row in rows) < MOST
