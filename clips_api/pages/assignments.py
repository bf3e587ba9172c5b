"""Who is given what: one's own, and for managers everybody's, with what keeps a link from being sent."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from clips_api import assignments as api
from clips_api import practice
from clips_api.assignments import Number, Wanted
from clips_api.deps import Given, Parts
from clips_api.progress import Progress
from clips_api.render import counted, page
from clips_api.store import assignments, people
from clips_api.telling import held
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter()
Field = Annotated[str, Form(max_length=4000)]
Done = Annotated[str, Query(pattern=r"^[a-z]{0,12}$")]
DONE = {
    "given": "Given. Each of them gets a link of their own.",
    "had": "They all have it already, and are not through with it yet.",
    "sent": "Their link is on its way.",
    "due": "Changed.",
    "withdrawn": "Taken back: the links end.",
}
ONGOING = ("waiting", "copied", "sent", "started", "learned")


@router.get("/assignments")
def show(request: Request, parts: Given, done: Done = "") -> HTMLResponse:
    """One's own, and those of the people one coaches."""
    found = api.listed(parts)
    own = [one for one in found if one.person.id == parts.viewer.id]
    theirs = [one for one in found if parts.viewer.coaches(one.person)] if parts.viewer.may("manager") else []
    shown: dict[str, Any] = {
        "own": [one for one in own if one.given.revoked_at is None],
        "ongoing": [one for one in theirs if one.state in ONGOING],
        "over": [one for one in theirs if one.state not in ONGOING],
        "held": _held(theirs),
        "done": DONE.get(done),
        "today": now().astimezone().date(),
        "practice": practice.waiting(parts, now()),
    }
    return page(request, "assignments.html", **shown)


@router.get("/assignments/new")
def ask(
    request: Request,
    parts: Given,
    module: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    quiz: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    person: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> HTMLResponse:
    """What to give, and to whom."""
    return _ask(request, parts, chosen=_what(module, quiz), ticked={person} if person else set())


@router.post("/assignments")
def give(
    *,
    request: Request,
    parts: Given,
    what: Field = "",
    person: Annotated[list[int] | None, Form()] = None,
    team: Field = "",
    due_on: Field = "",
    message: Field = "",
    channel: Field = "",
) -> Response:
    """Give it; what can't be given is asked again, with the reason."""
    kind, _, number = what.partition("/")
    try:
        wanted = Wanted(
            module_id=int(number) if kind == "module" else None,
            quiz_id=int(number) if kind == "quiz" else None,
            people=person or [],
            team=team or None,
            due_on=date.fromisoformat(due_on) if due_on else None,
            message=message,
            channel=channel or None,
        )
        outcome = api.give(parts, wanted)
    except (BadInput, ValidationError, ValueError) as error:
        why = error.detail if isinstance(error, BadInput) else "choose what to give"
        typed = {"team": team, "due_on": due_on, "message": message, "channel": channel}
        return _ask(request, parts, code=422, chosen=what, ticked=set(person or ()), problem=why, typed=typed)
    return RedirectResponse(f"/assignments?done={'given' if outcome.given else 'had'}", 303)


@router.get("/assignments/{number}/progress")
def look(request: Request, parts: Given, number: Number, done: Done = "") -> HTMLResponse:
    """One of them, step by step."""
    return _one(request, parts, number, done=DONE.get(done))


@router.post("/assignments/{number}/link")
def copy(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """Its link, shown once more so that it can be sent by hand."""
    return _one(request, parts, number, link=api.copy(parts, request, number))


@router.post("/assignments/{number}/send")
def send(parts: Given, number: Number) -> RedirectResponse:
    """Send its link again."""
    api.send(parts, number)
    return RedirectResponse(f"/assignments/{number}/progress?done=sent", 303)


@router.post("/assignments/{number}/due")
def postpone(parts: Given, number: Number, due_on: Field = "") -> RedirectResponse:
    """Give another day by which it is due."""
    try:
        wanted = api.Change(due_on=date.fromisoformat(due_on) if due_on else None)
    except ValueError as error:
        raise BadInput("that is no day") from error
    api.change(parts, number, wanted)
    return RedirectResponse(f"/assignments/{number}/progress?done=due", 303)


@router.post("/assignments/{number}/withdraw")
def withdraw(parts: Given, number: Number) -> RedirectResponse:
    """Take it back."""
    api.withdraw(parts, number)
    return RedirectResponse("/assignments?done=withdrawn", 303)


def _one(
    request: Request, parts: Parts, number: int, *, link: api.Link | None = None, done: str | None = None
) -> HTMLResponse:
    one = api.progressed(parts, api.coached(parts, number))
    return page(request, "assignment.html", one=one, link=link, done=done)


def _ask(
    request: Request,
    parts: Parts,
    *,
    code: int = 200,
    chosen: str = "",
    ticked: set[int] | None = None,
    problem: str | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    everybody = [one for one in people.find(parts.store) if one.left_at is None and parts.viewer.coaches(one)]
    with parts.store.read() as connection:
        choices = assignments.givable(connection)
    shown: dict[str, Any] = {
        "choices": choices,
        "chosen": chosen,
        "people": everybody,
        "ticked": ticked or set(),
        "teams": sorted({one.team for one in everybody if one.team and one.role == "rep"}, key=str.casefold),
        "slack": parts.settings.slack is not None,
        "warning": held(parts.settings, "mail") if parts.settings.slack is None else held(parts.settings, "slack"),
        "problem": problem,
        "typed": {"team": "", "due_on": "", "message": "", "channel": ""} | (typed or {}),
        "today": now().astimezone().date().isoformat(),
    }
    return page(request, "assignment_new.html", code, **shown)


def _held(found: list[Progress]) -> list[str]:
    """What keeps several links from being sent, each reason once."""
    reasons: dict[str, int] = {}
    for one in found:
        if one.held and one.state == "waiting":
            reasons[one.held] = reasons.get(one.held, 0) + 1
    return [f"{counted(number, 'link')} can't be sent yet. {why}" for why, number in reasons.items()]


def _what(module: int | None, quiz: int | None) -> str:
    return f"module/{module}" if module else f"quiz/{quiz}" if quiz else ""
