"""The trail, for admins: who saw, heard, shared, changed and deleted what."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from clips_api.audit import What
from clips_api.clips import Cursor
from clips_api.deps import Given
from clips_api.render import day, page
from clips_api.store import audit as store
from clips_api.store.audit import Asked
from clips_api.trail import listing
from clips_api.trail_names import names, told
from pipeline.zones import begins

router = APIRouter(prefix="/audit")
A_PAGE = 100
ALL: tuple[What, ...] = get_args(What)
PLACES = {"call": "/calls/", "clip": "/clips/", "note": "/notes/", "person": "/people/"}  # where something is shown
Word = Annotated[str, Query(max_length=300)]


@router.get("")
def show(
    *,
    request: Request,
    parts: Given,
    by: Word = "",
    what: Word = "",
    about: Word = "",
    since: Word = "",
    until: Word = "",
    cursor: Cursor = None,
) -> Response:
    """What was done, the newest first, a page at a time."""
    given = {
        "by": by.strip(),
        "what": what if what in ALL else "",
        "about": _thing(about),
        "since": since,
        "until": until,
    }
    asked = Asked(given["by"], given["what"], given["about"], _start(since), _start(until, days=1))
    deeds, goes_on, total = listing(parts, asked, limit=A_PAGE, cursor=cursor)
    known = names(parts, deeds)
    kept = {name: value for name, value in given.items() if value}
    return page(
        request,
        "audit.html",
        days=_days(deeds),
        total=total,
        names=known,
        told=partial(told, known=known),
        places=PLACES,
        asked=given,
        filtered=bool(kept),
        whats=ALL,
        people=store.who(parts.store),
        more=f"/audit?{urlencode(kept | {'cursor': goes_on})}" if goes_on else None,
        first=cursor is None,
        start=f"/audit?{urlencode(kept)}" if kept else "/audit",
    )


def _days(deeds: list[store.Deed]) -> list[tuple[str, list[store.Deed]]]:
    days: dict[str, list[store.Deed]] = {}
    for deed in deeds:
        days.setdefault(day(deed.at), []).append(deed)
    return list(days.items())


def _thing(typed: str) -> str:
    """What somebody means by an address of ours, or by call/0123."""
    path = typed.strip().partition("?")[0].partition("#")[0]
    for kind, place in PLACES.items():
        _, found, rest = path.partition(place)
        if found and rest:
            return f"{kind}/{rest.strip('/')}"
    return path


def _start(typed: str, days: int = 0) -> datetime | None:
    """When a day that was typed begins on this machine's clock; None for what is no day."""
    try:
        return begins(date.fromisoformat(typed) + timedelta(days=days))
    except (ValueError, OverflowError):
        return None
