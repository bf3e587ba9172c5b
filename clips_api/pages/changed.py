"""What changed: before and after a lesson or a day, the moments behind each count, and how lessons went."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from clips_api import changed, lesson_figures, rights, single
from clips_api.changed import DAYS, FEW, Asked, Side
from clips_api.changes import Compared, Skip
from clips_api.deps import Given, Parts
from clips_api.leaning import leaning
from clips_api.pages.counted import A_PAGE, moments
from clips_api.render import day, page
from clips_api.store import modules as store
from clips_api.store import people
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/changed")
Did = Annotated[Literal["yes", "no", ""], Query()]


@router.get("")
def show(request: Request, parts: Given, asked: Compared) -> HTMLResponse:
    """Before and after; with neither a lesson nor a day what can be compared."""
    compared = asked.module is not None or asked.day is not None
    shown: dict[str, Any] = {"asked": asked, "days": DAYS, "few": FEW, "address": address}
    roster = people.roster(parts.store)
    lessons = lesson_figures.all_figures(parts)
    if not compared:
        return page(request, "changed.html", lessons=lessons, **shown)
    lesson = lesson_figures.figures(parts, asked.module) if asked.module is not None else None
    return page(
        request,
        "changed_one.html",
        lessons=lessons,
        lesson=lesson,
        found=changed.changes(parts, asked, now()),
        leaning=leaning(parts),
        teams=roster.teams,
        reps=_names(parts),
        **shown,
    )


@router.get("/counted")
def counted(
    *, request: Request, parts: Given, asked: Compared, side: Side, did: Did = "", skip: Skip = 0
) -> HTMLResponse:
    """What one count counts, a page at a time: each plays."""
    if asked.measure is None:
        raise NotFound("a tag or a step to count")
    chosen = {"yes": True, "no": False, "": None}[did]
    rows = changed.behind(parts, asked, now(), side, did=chosen, limit=A_PAGE + 1, skip=skip)
    here = {"side": side, "did": did}
    return page(
        request,
        "counted.html",
        measure=asked.measure,
        moments=moments(parts, rows[:A_PAGE]),
        when=f"{side} {_around(parts, asked)}",
        choices=[
            (name, address(asked, "/changed/counted", side=side, did=value), did == value)
            for name, value in (("all", ""), ("done", "yes"), ("not done", "no"))
        ],
        more=address(asked, "/changed/counted", **here, skip=skip + A_PAGE) if len(rows) > A_PAGE else None,
        back=(address(asked, tag=None, step=None), "What changed"),
    )


def address(asked: Asked, path: str = "/changed", **changes: Any) -> str:
    """Where something of the same is shown, some of it changed; what is usual is left out."""
    usual = vars(Asked())
    values = {name: value for name, value in (vars(asked) | changes).items() if value and value != usual.get(name)}
    return f"{path}?{urlencode(values)}" if values else path


def _around(parts: Parts, asked: Asked) -> str:
    if asked.module is not None:
        return f"“{store.one(parts.store, asked.module).title}”"
    return day(asked.day) if asked.day else ""


def _names(parts: Parts) -> list[str]:
    """Whose calls whoever asks can compare alone, as people call them."""
    roster = people.roster(parts.store)
    named = ((roster.person(rep), rep) for rep in single.shown(parts, rights.reps(parts)))
    return sorted({person.name if person is not None else rep for person, rep in named}, key=str.casefold)
