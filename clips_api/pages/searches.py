"""Saved searches: what each has found since it was last opened, who is told, and what keeps messages from going."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import outbox, saved, searches
from clips_api.deps import Given, Parts
from clips_api.render import counted, page
from clips_api.store import people
from clips_api.store import saved_searches as store
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**63)]
Field = Annotated[str, Form(max_length=12_000)]


@router.get("/searches")
def show(request: Request, parts: Given, done: Annotated[str | None, Query(max_length=20)] = None) -> HTMLResponse:
    """All of them, and what waits to be sent."""
    return _page(request, parts, done=done)


@router.get("/searches/new")
def ask(request: Request, parts: Given) -> HTMLResponse:
    """The form to save a search; its question is this page's own query string."""
    return _page(request, parts, query=saved.plain(request.url.query))


@router.post("/searches")
def save(request: Request, parts: Given, query: Field = "", name: Field = "", tell: Field = "") -> Response:
    """Save a search; what can't be saved is shown again with the reason."""
    try:
        saved.keep(parts, name[:200], query, tell, parts.viewer.name)
    except BadInput as error:
        return _page(request, parts, code=422, query=query, name=name, tell=tell, problem=error.detail)
    return RedirectResponse("/searches?done=saved", 303)


@router.get("/searches/{number}")
def look(parts: Given, number: Number) -> RedirectResponse:
    """Open one: what it found, the newest first. From now on that is not new any more."""
    found = store.change(parts.store, number, looked_at=now())
    if found is None:
        raise NotFound(f"saved search {number}")
    order = "" if "sort=" in found.query else "&sort=newest"
    return RedirectResponse(f"/search?{found.query}{order}".replace("?&", "?"), 303)


@router.post("/searches/{number}")
def change(
    request: Request, parts: Given, number: Number, act: Annotated[str, Form(max_length=10)], tell: Field = ""
) -> Response:
    """Pause it, let it go on, tell somebody else, or delete it."""
    if act == "delete":
        searches.remove(parts, number)
        return RedirectResponse("/searches?done=deleted", 303)
    try:
        body = searches.Change(tell=tell) if act == "tell" else searches.Change(paused=act == "pause")
        searches.changed(parts, number, body)
    except BadInput as error:
        return _page(request, parts, code=422, problem=error.detail)
    return RedirectResponse("/searches?done=changed", 303)


@router.post("/searches/waiting/{number}")
def waiting(parts: Given, number: Number, act: Annotated[str, Form(max_length=10)]) -> RedirectResponse:
    """Try a message again, or take it out."""
    (outbox.drop if act == "drop" else outbox.again)(parts, number)
    return RedirectResponse("/searches?done=changed", 303)


def _page(
    request: Request,
    parts: Parts,
    *,
    code: int = 200,
    query: str | None = None,
    name: str = "",
    tell: str = "",
    problem: str | None = None,
    done: str | None = None,
) -> HTMLResponse:
    roster = people.roster(parts.store)
    held: dict[str, int] = {}
    failed = []
    for one in outbox.waiting(parts).items:
        if one.error and not one.held:
            failed.append(one)
        elif one.held:
            held[one.held] = held.get(one.held, 0) + 1
    return page(
        request,
        "searches.html",
        code,
        saved=searches.listed(parts),
        query=query,
        name=name,
        tell=tell,
        problem=problem,
        done=done,
        tellable=saved.tellable(roster),
        held=[f"{counted(number, 'message')} can't be sent yet. {why}" for why, number in held.items()],
        failed=failed,
    )
