"""Setting a goal, one goal, changing it, putting it away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import goal_setting, goals
from clips_api.deps import Given, Parts
from clips_api.goals_shown import Number
from clips_api.pages.goals import DONE, Done, one
from clips_api.render import page
from clips_api.store import people
from clips_api.store.goals import Goal, Kind
from pipeline.errors import BadInput, NotAllowed
from pipeline.library import now

router = APIRouter(prefix="/goals")
Text = Annotated[str, Form(max_length=300)]
For = Annotated[str, Query(max_length=220)]
QUARTER = timedelta(days=90)
NUMBERS = (("calls", "Conversations"), ("demos", "Demos"), ("deals", "Deals"))
FIELDS = ("whose", "what", "target", "starts_on", "ends_on")


@router.get("/new")
def ask(request: Request, parts: Given, whose: For = "", what: For = "") -> HTMLResponse:
    """What is to be reached, by whom, until when."""
    today = now().astimezone().date()
    typed = {"starts_on": today.isoformat(), "ends_on": (today + QUARTER).isoformat()}
    return _form(request, parts, typed | {"whose": whose, "what": what})


@router.post("")
def make(
    *, request: Request, parts: Given, whose: Text = "", what: Text = "", target: Text = "", starts_on: Text = "",
    ends_on: Text = "",
) -> Response:  # fmt: skip
    """Set it; what can't be one is asked again, with the reason."""
    typed = dict(zip(FIELDS, (whose, what, target, starts_on, ends_on), strict=True))
    try:
        goal_setting.make(parts, _goal(parts, typed))
    except (BadInput, NotAllowed) as error:
        return _form(request, parts, typed, code=422, problem=error.detail)
    return RedirectResponse("/goals?done=set", 303)


@router.get("/{number}")
def show(request: Request, parts: Given, number: Number, done: Done = "") -> HTMLResponse:
    """One goal: how it stands, what it takes from now on."""
    return one(request, parts, number, now(), done=DONE.get(done))


@router.post("/{number}")
def change(
    *, request: Request, parts: Given, number: Number, target: Text = "", starts_on: Text = "", ends_on: Text = ""
) -> Response:
    """Give it another target or period."""
    typed = {"target": target, "starts_on": starts_on, "ends_on": ends_on}
    found = goals.one(parts, number, now())
    try:
        goal_setting.change(parts, found, replace(found.goal, **_figures(typed)))
    except (BadInput, NotAllowed) as error:
        return one(request, parts, number, now(), 422, problem=error.detail, typed=typed)
    return RedirectResponse(f"/goals/{number}?done=changed", 303)


@router.post("/{number}/away")
def put_away(parts: Given, number: Number) -> RedirectResponse:
    """Nobody goes for it any more."""
    goal_setting.put_away(parts, goals.one(parts, number, now()), now())
    return RedirectResponse("/goals?done=away", 303)


def _goal(parts: Parts, typed: dict[str, str]) -> Goal:
    kind, _, name = typed["what"].partition(":")
    if kind not in get_args(Kind):
        raise BadInput("choose what is to be reached")
    side, _, who = typed["whose"].partition(":")
    return Goal(
        kind=cast("Kind", kind),
        name=name,
        person_id=int(who) if side == "person" and who.isascii() and who.isdigit() and len(who) < 10 else None,
        team=who if side == "team" else None,
        by=parts.viewer.name,
        made_at=now(),
        **_figures(typed),
    )


def _figures(typed: dict[str, str]) -> dict[str, Any]:
    """Target and period as they were typed. Raises BadInput."""
    target = typed["target"].strip().rstrip("%").strip()
    if not (target.isascii() and target.isdigit() and len(target) < 10):
        raise BadInput("the target is a whole number")
    found: dict[str, Any] = {"target": int(target)}
    for name, said in (("starts_on", "from"), ("ends_on", "until")):
        try:
            found[name] = date.fromisoformat(typed[name])
        except ValueError:
            raise BadInput(f"choose the day {said} which it runs") from None
        if not 2000 <= found[name].year <= 2100:
            raise BadInput(f"{found[name]} is no day of our time")
    return found


def _form(
    request: Request, parts: Parts, typed: dict[str, str], *, code: int = 200, problem: str | None = None
) -> HTMLResponse:
    roster = people.roster(parts.store)
    book = parts.playbooks.in_force().playbook
    return page(
        request,
        "goal_new.html",
        code,
        teams=goal_setting.teams(parts, roster),
        people=[one for one in roster.people if not one.left and parts.viewer.coaches(one)],
        steps=[(step.id, step.title) for step in book.steps],
        tags=[(tag.id, tag.title) for tag in book.tags if tag.id.startswith("objection.")],
        numbers=NUMBERS,
        typed=dict.fromkeys(FIELDS, "") | typed,
        problem=problem,
    )
