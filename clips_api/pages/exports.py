"""The Export page: everything that Exemplar keeps, in formats that other programs read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from clips_api import rights
from clips_api.deps import Given
from clips_api.exports import found, routes, tables
from clips_api.exports.routes import Day, Form, Rep, Unmasked
from clips_api.quizzes import listed
from clips_api.render import page

router = APIRouter(prefix="/export")


@router.get("")
def show(request: Request, parts: Given) -> HTMLResponse:
    """What can be exported by this person."""
    quizzes = [one for away in (False, True) for one in listed(parts, archived=away) if one.questions]
    team = parts.viewer.person.team if parts.viewer.person is not None else None
    return page(
        request,
        "export.html",
        sheets=[*found.FOUND, *tables.sheets(parts)],
        quizzes=quizzes,
        reps=rights.reps(parts),
        calls=bool(parts.database.rows("states")),
        team=None if parts.viewer.sees_all else team,
        masked=parts.settings.mask,
        may_unmask=parts.settings.mask and parts.viewer.may("admin"),
    )


@router.get("/tables.zip")
def everything(
    *, request: Request, parts: Given, since: Day = None, until: Day = None, rep: Rep = None, unmasked: Unmasked = False
) -> Response:
    """Every table as CSV, in one zip."""
    return routes.tables(request=request, parts=parts, since=since, until=until, rep=rep, unmasked=unmasked)


@router.get("/calls.zip")
def calls(
    *,
    request: Request,
    parts: Given,
    form: Form = "vtt",
    since: Day = None,
    until: Day = None,
    rep: Rep = None,
    unmasked: Unmasked = False,
) -> Response:
    """Calls as captions or as vCons, a file each, in one zip."""
    return routes.calls(request=request, parts=parts, form=form, since=since, until=until, rep=rep, unmasked=unmasked)


@router.get("/results.jsonl")
def results(*, request: Request, parts: Given, unmasked: Unmasked = False) -> Response:
    """Results of quizzes as xAPI statements."""
    return routes.results(request=request, parts=parts, unmasked=unmasked)


@router.get("/questions.gift")
def questions(*, parts: Given, quiz: Annotated[int, Query(ge=1, lt=2**31)], unmasked: Unmasked = False) -> Response:
    """The questions of a quiz as GIFT."""
    return routes.questions(parts=parts, number=quiz, unmasked=unmasked)
