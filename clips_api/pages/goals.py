"""Goals: how each stands, one of them, and what it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from clips_api import checkin, goal_figures, goals, pace
from clips_api.changes import Skip
from clips_api.deps import Given, Parts
from clips_api.goals import Standing
from clips_api.goals_shown import Number
from clips_api.leaning import Lean, leaning
from clips_api.pages.counted import A_PAGE, moments
from clips_api.render import day, page
from clips_api.store import people
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/goals")
Did = Annotated[Literal["yes", "no", ""], Query()]
Done = Annotated[str, Query(pattern=r"^[a-z]{0,12}$")]
LATELY = timedelta(days=92)  # for which a goal that is over is still shown
DONE = {"set": "Set. Whoever it is for sees it here.", "changed": "Changed.", "away": "Put away."}


@router.get("")
def show(request: Request, parts: Given, done: Done = "") -> HTMLResponse:
    """Your own goals, your team's, and those of the people you coach."""
    at = now()
    found = goals.find(parts, at, since=(at - LATELY).date())
    going = [one for one in found if not one.days.over]
    groups = (
        ("Yours", [one for one in going if one.mine]),
        ("Teams" if parts.viewer.sees_all else "Your team", [one for one in going if one.goal.team is not None]),
        ("Reps", [one for one in going if one.goal.team is None and not one.mine]),
    )
    return page(
        request,
        "goals.html",
        groups=[(title, some) for title, some in groups if some],
        leaning=_leaning(parts, found),
        over=[one for one in reversed(found) if one.days.over],
        waiting=checkin.open_for(parts, at),
        may_set=parts.viewer.may("manager"),
        done=DONE.get(done),
        bar=bar,
    )


@router.get("/{number}/counted")
def counted(*, request: Request, parts: Given, number: Number, did: Did = "", skip: Skip = 0) -> HTMLResponse:
    """What a goal counts, a page at a time: each plays; what was entered is listed."""
    at = now()
    found = goals.one(parts, number, at)
    if not found.plays:
        raise NotFound(f"what goal {number} counts")
    shown: dict[str, Any] = {"back": (f"/goals/{number}", found.title), "when": _when(found)}
    if found.goal.entered:
        names = {one.id: one.name for one in people.find(parts.store)}
        entries = goal_figures.entries(parts, found)
        return page(request, "goal_entries.html", one=found, entries=entries, names=names, **shown)
    more = f"/goals/{number}/counted?{urlencode({'did': did, 'skip': skip + A_PAGE})}"
    if not found.goal.rate:
        calls = goal_figures.calls(parts, found, at, limit=A_PAGE + 1, skip=skip)
        goes_on = more if len(calls) > A_PAGE else None
        return page(request, "goal_calls.html", one=found, calls=calls[:A_PAGE], more=goes_on, **shown)
    chosen = {"yes": True, "no": False, "": None}[did]
    rows = goal_figures.moments(parts, found, at, did=chosen, limit=A_PAGE + 1, skip=skip)
    here = f"/goals/{number}/counted"
    return page(
        request,
        "counted.html",
        measure=(found.goal.kind, found.goal.name),
        moments=moments(parts, rows[:A_PAGE]),
        choices=[
            (name, f"{here}?did={value}" if value else here, did == value)
            for name, value in (("all", ""), ("done", "yes"), ("not done", "no"))
        ],
        more=more if len(rows) > A_PAGE else None,
        **shown,
    )


def one(request: Request, parts: Parts, number: int, at: datetime, code: int = 200, **shown: Any) -> HTMLResponse:
    """The page of one goal."""
    found = goals.one(parts, number, at)
    typed = {name: str(getattr(found.goal, name)) for name in ("target", "starts_on", "ends_on")}
    context: dict[str, Any] = {"problem": None, "done": None, "typed": typed, "slack": pace.SLACK} | shown
    context["leaning"] = _leaning(parts, [found])
    return page(request, "goal.html", code, one=found, bar=bar, **context)


def bar(one: Standing) -> tuple[float, float]:
    """How much of a bar is full, and where it would be filled to today; of 100."""
    if one.figure is None:
        return 0.0, 0.0
    if one.goal.rate:
        return (100 * one.figure.done / one.figure.total if one.figure.total else 0.0), float(one.goal.target)
    usual = 100 * one.days.gone / one.days.all
    return min(100.0, 100 * one.figure.done / one.goal.target), 100.0 if one.days.over else usual


def _leaning(parts: Parts, some: list[Standing]) -> list[Lean]:
    measures = {(one.goal.kind, one.goal.name) for one in some if not one.hidden}
    return [one for one in leaning(parts) if any(one.under(measure) for measure in measures)]


def _when(one: Standing) -> str:
    return f"{one.who}, {day(one.goal.starts_on.isoformat())} to {day(one.goal.ends_on.isoformat())}"
