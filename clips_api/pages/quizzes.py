"""Quizzes for managers: what there is, making one, and asking about a clip from wherever it is seen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import marking, quizzes
from clips_api.clips import resolve
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.pages.library import Field, read
from clips_api.quizzes import Number
from clips_api.quizzes_shown import QuizMade
from clips_api.render import page
from clips_api.store import quizzes as store
from pipeline.library import now

router = APIRouter(prefix="/quizzes")
Away = Annotated[bool, Query()]
Clip = Annotated[str, Query(pattern=CLIP)]


@router.get("")
def show(request: Request, parts: Given, away: Away = False) -> HTMLResponse:  # noqa: FBT002  a query parameter
    """Every quiz, and how many answers wait to be marked."""
    return page(
        request,
        "quizzes.html",
        cards=quizzes.listed(parts, archived=away),
        away=away,
        put_away=bool(away or store.find(parts.store, archived=True)),
        waiting=len(marking.waiting(parts)),
    )


@router.post("")
def make(parts: Given, title: Field = "") -> RedirectResponse:
    """Make an empty quiz, and open it."""
    return RedirectResponse(f"/quizzes/{_made(parts, title)}", 303)


@router.get("/ask")
def ask(request: Request, parts: Given, clip: Clip) -> HTMLResponse:
    """In which quiz a clip is to be asked about."""
    return page(request, "quiz_ask.html", clip=resolve(parts, clip), quizzes=quizzes.listed(parts))


@router.post("/ask")
def put(
    parts: Given,
    clip: Annotated[str, Form(pattern=CLIP)],
    quiz: Annotated[int, Form(ge=0, lt=2**31)] = 0,
    title: Field = "",
) -> RedirectResponse:
    """Go on to what can be asked about it, in this quiz or in a new one."""
    resolve(parts, clip)  # no quiz is made for what is not there
    number = _made(parts, title) if title.strip() or not quiz else quiz
    return RedirectResponse(f"/quizzes/{number}/add?clip={clip}", 303)


@router.post("/{number}/away")
def put_away(parts: Given, number: Number, back: Field = "") -> RedirectResponse:
    """Take a quiz out of the list, or put it back."""
    store.put_away(parts.store, number, None if back else now())
    return RedirectResponse(f"/quizzes/{number}" if back else "/quizzes", 303)


@router.post("/{number}/drop")
def drop(parts: Given, number: Number) -> RedirectResponse:
    """Throw the draft away."""
    store.drop_draft(parts.store, number)
    return RedirectResponse(f"/quizzes/{number}", 303)


def _made(parts: Parts, title: str) -> int:
    made = read(QuizMade, title=title)
    return store.make(parts.store, made.title, attempts=made.attempts, by=parts.viewer.name, at=now())
