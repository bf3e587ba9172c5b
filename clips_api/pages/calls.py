"""Calls: the list, newest first, and putting facts right on many at once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import rights
from clips_api.answers import CallLine
from clips_api.calls import correct, known, lines
from clips_api.clips import Cursor, Text
from clips_api.deps import Given
from clips_api.render import page
from clips_api.uploads import facts_of

router = APIRouter()
A_PAGE = 50
KEPT = ("rep", "customer", "unknown", "unclear")  # filters


@router.get("/calls")
def show(
    *,
    request: Request,
    parts: Given,
    rep: Text = None,
    customer: Text = None,
    unknown: Annotated[str | None, Query()] = None,
    unclear: Annotated[str | None, Query()] = None,
    cursor: Cursor = None,
    changed: Annotated[int, Query()] = 0,
    deleted: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """The calls, a page at a time."""
    asked: dict[str, object] = {
        "rep": rep or None,
        "customer": customer or None,
        "type": None,
        "since": None,
        "until": None,
        "unknown": True if unknown else None,
        "unclear": True if unclear else None,
    }
    open_questions = parts.database.rows("unknown_calls")[0]
    found = lines(parts, asked, limit=A_PAGE, cursor=cursor)
    given = {"rep": rep, "customer": customer, "unknown": unknown, "unclear": unclear}
    kept = {name: value for name, value in given.items() if value}
    return page(
        request,
        "calls.html",
        calls=[CallLine.from_row(row) for row in found.rows],
        total=found.total,
        more=f"/calls?{urlencode(kept | {'cursor': found.next})}" if found.next else None,
        rep=rep,
        customer=customer,
        unknown=bool(unknown),
        unknowns=open_questions["calls"],
        unclear=bool(unclear),
        unclears=open_questions["unclear"],
        reps=rights.reps(parts),
        customers=rights.customers(parts),
        changed=changed,
        deleted=deleted,
        here=f"/calls?{urlencode(kept)}" if kept else "/calls",
        inbox=parts.library.inbox,
    )


@router.post("/calls")
async def put_right(request: Request, parts: Given) -> RedirectResponse:
    """Put the same facts right on the calls that were ticked; fields left empty stay as they are."""
    form = await request.form(max_fields=600)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    facts = facts_of(fields)
    calls = [known(parts, str(name)) for name in form.getlist("id")]
    for call in calls:
        correct(parts, call, facts)
    await run_in_threadpool(parts.indexer.refresh, [call.id for call in calls])  # so that the page shows it
    kept = {name: request.query_params[name] for name in KEPT if name in request.query_params}
    return RedirectResponse(f"/calls?{urlencode(kept | {'changed': len(calls)})}", 303)
