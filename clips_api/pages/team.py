"""A team's page for a manager's Monday: what to coach next, targets, this week beside the last, charts of twelve."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import audit, charts, members, team, wins
from clips_api.changed import FEW
from clips_api.changes import Skip
from clips_api.clips import Text
from clips_api.deps import Given, Parts
from clips_api.leaning import leaning
from clips_api.members import Members
from clips_api.pages.counted import A_PAGE, moments
from clips_api.render import day, page
from clips_api.store import people, team_choices
from clips_api.targets import CLOSE, USUAL
from clips_api.team import BACK, LATELY, WEEKS, Asked, Measure
from clips_api.teams import TargetSet, Wanted, Week, measure_of, set_target
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter(prefix="/team")
WINS = 3  # that are shown
FIRST = WEEKS - LATELY + 1  # of the last four weeks


@router.get("")
def show(request: Request, parts: Given, asked: Wanted) -> HTMLResponse:
    """The week of a team, or of everybody together."""
    found = team.figures(parts, asked, now())
    whose, asked = found.whose, replace(asked, team=found.whose.team)
    return page(
        request,
        "team.html",
        found=found,
        leaning=leaning(parts),
        whose=whose,
        asked=asked,
        wins=[one for one in wins.seen(parts, team=whose.team, since=found.begins[-LATELY]) if one.agreed][:WINS],
        naming=naming(parts, whose),
        address=address,
        to=partial(_to, asked),
        chart=charts.weeks,
        few=FEW,
        first=FIRST,
        last=WEEKS,
        lately=LATELY,
        oldest=BACK,
        close=CLOSE,
        usual=USUAL,
    )


@router.get("/counted")
def counted(
    *,
    request: Request,
    parts: Given,
    asked: Wanted,
    tag: Text = None,
    step: Text = None,
    rep: Text = None,
    first: Week = 1,
    last: Week = WEEKS,
    did: Annotated[Literal["yes", "no", ""], Query()] = "",
    skip: Skip = 0,
) -> HTMLResponse:
    """What one count counts, a page at a time: each plays."""
    measure, last, at = measure_of(tag, step), max(first, last), now()
    chosen = {"yes": True, "no": False, "": None}[did]
    rows = team.behind(
        parts, asked, at, measure, (first, last), rep=rep or None, did=chosen, limit=A_PAGE + 1, skip=skip
    )
    begins = team.mondays_of(parts, asked, at)
    here = {measure[0]: measure[1], "rep": rep, "first": first, "last": last}
    whose = rep or members.named(parts, asked.team) or "everybody"
    return page(
        request,
        "counted.html",
        measure=measure,
        moments=moments(parts, rows[:A_PAGE]),
        when=f"{whose}, {_between(begins, first, last)}",
        choices=[
            (name, address(asked, "/team/counted", **here, did=value), did == value)
            for name, value in (("all", ""), ("done", "yes"), ("not done", "no"))
        ],
        more=address(asked, "/team/counted", **here, did=did, skip=skip + A_PAGE) if len(rows) > A_PAGE else None,
        back=(address(asked), "Team"),
    )


@router.post("/targets")
def aim(
    parts: Given,
    measure: Annotated[str, Form(max_length=130)],
    of: Annotated[str, Form(alias="team", max_length=200)] = "",
    share: Annotated[int, Form(ge=1, le=100)] = USUAL,
    does: Annotated[Literal["set", "remove"], Form()] = "set",
) -> RedirectResponse:
    """Set a target, or take it away."""
    kind, _, name = measure.partition(":")
    if kind not in ("tag", "step") or not name:
        raise BadInput("choose a tag or a step")
    wanted = TargetSet.model_validate({"kind": kind, "name": name, "share": share if does == "set" else None})
    theirs = set_target(parts, of or None, wanted)
    return RedirectResponse(address(Asked(theirs)) + "#targets", 303)


@router.post("/names")
def name_reps(
    parts: Given,
    shown: Annotated[Literal["yes", "no"], Form()],
    whose: Annotated[str, Form(max_length=200)] = "",
    of: Annotated[str, Form(alias="team", max_length=200)] = "",
) -> RedirectResponse:
    """Show figures of a team's reps one by one, or no more; for those in no team `whose` is empty."""
    theirs = members.named(parts, whose) if whose else ""
    choices = replace(team_choices.of(parts.store, theirs or ""), names_reps=shown == "yes")
    team_choices.choose(parts.store, theirs or "", choices)
    said = "figures of single reps are shown" if choices.names_reps else "figures of single reps are off"
    audit.note(parts, "changed", f"team/{theirs}" if theirs else "team", said)
    return RedirectResponse(address(Asked(of or None)) + "#single", 303)


def naming(parts: Parts, whose: Members) -> list[tuple[str, str, bool]]:
    """The teams of a page, and those in none: a name, what it is called, whether figures of its reps are shown."""
    chosen = team_choices.every(parts.store)
    alone = [""] if any(not whose.roster.team_of(rep) for rep in whose.called) else []
    names = [whose.team] if whose.team else [*whose.teams, *alone]

    def on(name: str) -> bool:
        choices = chosen.get(people.folded(name))
        return choices is not None and choices.names_reps

    return [(name, name or ("In no team" if whose.teams else "Everybody"), on(name)) for name in names]


def address(asked: Asked, path: str = "/team", **more: Any) -> str:
    """Where something of the same team and week is shown; what is usual is left out."""
    values = {"team": asked.team, "back": asked.back, **more}
    kept = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def _to(asked: Asked, one: Measure, first: int, last: int, *, did: str = "", rep: str | None = None) -> str:
    """Where what a count counts plays."""
    return address(asked, "/team/counted", **{one.kind: one.name}, first=first, last=last, did=did, rep=rep)


def _between(begins: list[Any], first: int, last: int) -> str:
    """From when to when weeks go, the first and the last of them."""
    since = day(begins[first - 1])
    return f"week of {since}" if first == last else f"{last - first + 1} weeks from {since}"
