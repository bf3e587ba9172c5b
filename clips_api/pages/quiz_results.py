"""How a quiz went: everybody's results, one person's answers, and the answers in own words that wait to be marked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import marking, results
from clips_api.clipping import Format
from clips_api.deps import Given
from clips_api.pages.lesson import PROBE
from clips_api.pages.library import Field, read
from clips_api.pages.quiz import PARTS, sound
from clips_api.quizzes import Number, QuestionId
from clips_api.quizzes_shown import Mark
from clips_api.render import page
from clips_api.store import quizzes as store
from pipeline.errors import NotFound

router = APIRouter()
Back = Annotated[str, Form(pattern=r"^(/quizzes/[0-9]{1,10}/results/[0-9]{1,10})?$")]


@router.get("/quizzes/{number}/results")
def show(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """Everybody's results, of those whom this person coaches."""
    found = results.results(parts, number)
    return page(request, "quiz_results.html", quiz=store.one(parts.store, number), found=found)


@router.get("/quizzes/{number}/results/{assignment}")
def one(request: Request, parts: Given, number: Number, assignment: Number) -> HTMLResponse:
    """One person's answers."""
    person, own, attempts = results.answers(parts, number, assignment)
    return page(
        request, "quiz_answers.html", quiz=store.one(parts.store, number), person=person, own=own, attempts=attempts
    )


@router.api_route("/quizzes/{number}/results/{assignment}/clips/{question}/{part}", methods=PROBE)
def listen(
    *,
    request: Request,
    parts: Given,
    number: Number,
    assignment: Number,
    question: QuestionId,
    part: str,
    format: Format = "wav",  # noqa: A002  the parameter's name
) -> Response:
    """The clip of a question that somebody answered: `audio` was heard at once, `rest` afterwards."""
    if part not in PARTS:
        raise NotFound(part)
    return sound(request, parts, results.question(parts, number, assignment, question).clip, PARTS[part], format)


@router.get("/marking")
def wait(request: Request, parts: Given) -> HTMLResponse:
    """What waits to be marked, the oldest first."""
    return page(request, "marking.html", waiting=marking.waiting(parts))


@router.post("/marking/{attempt}/{question}")
def mark(
    *,
    parts: Given,
    attempt: Number,
    question: QuestionId,
    points: Annotated[int, Form()],
    comment: Field = "",
    back: Back = "",
) -> RedirectResponse:
    """Give points to an answer."""
    given = read(Mark, points=points, comment=comment)
    marking.mark(parts, attempt, question, points=given.points, comment=given.comment)
    return RedirectResponse(back or "/marking", 303)
