"""Practice on a phone: a question a screen, what was right at once, and when it comes back.

Behind a link and for the person themself when they are signed in. Opening a page changes nothing, because mail scanners
open links too. Before a question is answered nothing goes out but what its `shown` gives.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import practice, problems
from clips_api.clipping import Format
from clips_api.deps import Given
from clips_api.pages.lesson import HEADERS, PROBE
from clips_api.pages.quiz import moved, sound
from clips_api.practice import Item, Opened, Over, Sheet
from clips_api.problems import Problem
from clips_api.quizzes import QuestionId
from clips_api.render import page
from clips_api.store import practices
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter()
given = APIRouter()  # behind a link, and signed in
Answers = Annotated[list[Annotated[str, Form(max_length=100)]], Form(max_length=50)]
Go = Annotated[str, Form(pattern=r"^(next|(up|down):[0-9a-f]{8})$")]


@given.api_route("", methods=PROBE)
def door(request: Request, sheet: Opened) -> Response:
    """What waits and how long it takes."""
    if sheet.practice.finished_at is not None:
        return RedirectResponse(f"{sheet.path}/end", 303, headers=HEADERS)
    return _page(request, "practice_door.html" if sheet.items else "practice_over.html", sheet)


@given.post("/start")
def start(parts: Given, sheet: Opened) -> RedirectResponse:
    """Start was pressed; again, they go on."""
    practices.start(parts.store, sheet.practice.id, now())
    return RedirectResponse(_next(sheet), 303, headers=HEADERS)


@given.get("/end")
def end(request: Request, sheet: Opened) -> Response:
    """How many were right, and when they come back."""
    if sheet.left or not sheet.items:
        return RedirectResponse(sheet.path, 303, headers=HEADERS)
    return _page(request, "practice_end.html", sheet)


@given.get("/{question}")
def show(request: Request, sheet: Opened, question: QuestionId) -> Response:
    """One question; once it is answered, what was right."""
    item = sheet.one(question)
    if sheet.practice.started_at is None:
        return RedirectResponse(sheet.path, 303, headers=HEADERS)
    if item.done:
        return _page(request, "practice_told.html", sheet, one=item, after=_next(sheet), place=_place(sheet, item))
    return _asked(request, sheet, item)


@given.post("/{question}")
def save(
    *,
    request: Request,
    parts: Given,
    sheet: Opened,
    question: QuestionId,
    given: Answers = [],  # noqa: B006  a default that nobody changes
    go: Go = "next",
) -> Response:
    """Keep the answer: the first one counts. Things to put in order can be moved without scripts before that."""
    where, _, name = go.partition(":")
    if where != "next":
        return _asked(request, sheet, sheet.one(question), moved(given, where, name))
    if not practice.answer(parts, sheet, question, given, now()) and not sheet.one(question).done:
        return _asked(request, sheet, sheet.one(question), given, told="Choose an answer first.")
    return RedirectResponse(f"{sheet.path}/{question}", 303, headers=HEADERS)


@given.api_route("/{question}/audio", methods=PROBE)
def audio(
    request: Request,
    parts: Given,
    sheet: Opened,
    question: QuestionId,
    format: Format = "wav",  # noqa: A002  the parameter's name
) -> Response:
    """What is heard of its clip before it is answered."""
    return sound(request, parts, sheet.one(question).question.clip, "heard", format)


@given.api_route("/{question}/rest", methods=PROBE)
def rest(
    request: Request,
    parts: Given,
    sheet: Opened,
    question: QuestionId,
    format: Format = "wav",  # noqa: A002
) -> Response:
    """How it went on; only once it was answered."""
    item = sheet.one(question)
    if not item.done:
        raise NotFound("the rest of the clip")
    return sound(request, parts, item.question.clip, "rest", format)


router.include_router(given, prefix="/q/{token}/practice")
router.include_router(given, prefix="/practices/{number}")


def install(app: FastAPI) -> None:
    """Teach an application what a link answers whose practice is over."""

    @app.exception_handler(Over)
    def over(request: Request, error: Over) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            body = Problem(title=error.sentence, status=410, detail="", advice=error.advice)
            return problems.answer(request, body, HEADERS)
        return page(request, "practice_over.html", 410, HEADERS)


def _asked(
    request: Request, sheet: Sheet, item: Item, given: list[str] | None = None, *, told: str = ""
) -> HTMLResponse:
    shown, chosen = item.shown, item.question.read(given or [])
    if shown.way == "order" and chosen:
        by_id = {one.id: one for one in shown.choices}
        shown = shown.model_copy(update={"choices": tuple(by_id[name] for name in chosen)})
    return _page(request, "practice.html", sheet, asked=shown, given=chosen, place=_place(sheet, item), told=told)


def _next(sheet: Sheet) -> str:
    """The first question that is not answered, else the end."""
    return f"{sheet.path}/{sheet.left[0].question.id if sheet.left else 'end'}"


def _place(sheet: Sheet, item: Item) -> int:
    return sheet.items.index(item) + 1


def _page(request: Request, template: str, sheet: Sheet, **context: Any) -> HTMLResponse:
    shown: dict[str, Any] = {"sheet": sheet, "base": sheet.path, "total": len(sheet.items)} | context
    return page(request, template, headers=HEADERS, **shown)
