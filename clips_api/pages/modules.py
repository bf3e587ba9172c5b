"""Lessons: what there is with who has it, making one, and for reps the lessons that are theirs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import lessons, modules
from clips_api.deps import Given, Parts
from clips_api.modules import Number
from clips_api.pages.library import Field
from clips_api.render import page
from clips_api.store import collections, learners
from clips_api.store import modules as store
from clips_api.store.learners import Learner
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter(prefix="/modules")
Away = Annotated[bool, Query()]


@router.get("")
def show(request: Request, parts: Given, away: Away = False) -> HTMLResponse:  # noqa: FBT002  a query parameter
    """Every lesson for managers; a rep's own for the rep."""
    if not parts.viewer.may("manager"):
        return page(request, "modules_own.html", mine=own(parts))
    found = modules.listed(parts, archived=away)
    holding = [one for one in collections.find(parts.store) if one.clips]
    return page(
        request,
        "modules.html",
        cards=found,
        away=away,
        collections=holding,
        longest=lessons.LONGEST,
        put_away=bool(away or store.find(parts.store, archived=True)),
    )


@router.post("")
def make(parts: Given, title: Field = "", collection: Annotated[int, Form(ge=0, lt=2**31)] = 0) -> RedirectResponse:
    """Make a lesson, empty or of a collection, and open it."""
    given = " ".join(title.split())[:200]
    if not given and not collection:
        raise BadInput("give the lesson a title, or choose a collection that it is made of")
    number = modules.begin(parts, given or None, collection or None)
    return RedirectResponse(f"/modules/{number}", 303)


@router.post("/{number}/away")
def put_away(parts: Given, number: Number, back: Field = "") -> RedirectResponse:
    """Take a lesson out of the list, or put it back."""
    store.put_away(parts.store, number, None if back else now())
    return RedirectResponse(f"/modules/{number}" if back else "/modules", 303)


@router.post("/{number}/drop")
def drop(parts: Given, number: Number) -> RedirectResponse:
    """Throw the draft away."""
    store.drop_draft(parts.store, number)
    return RedirectResponse(f"/modules/{number}", 303)


def own(parts: Parts) -> list[tuple[Learner, str, tuple[int, int]]]:
    """The lessons that this person has: how far they are, its title, how many items and seconds."""
    titles = {one.id: one.title for archived in (False, True) for one in store.find(parts.store, archived=archived)}
    mine = [one for one in learners.find(parts.store, titles) if one.person_id == parts.viewer.id]
    return [(one, titles[one.module_id], modules.outline(parts, one.module_id, one.module_version_id)) for one in mine]
