"""A quiz as it is taken, on a phone: a question a screen, answers saved as they go, handed in at the end.

Behind a link and for the person themself when they are signed in. Before it is handed in nothing goes out but what a
question's `shown` gives: no right answer, no explanation, no rest of a clip. Opening a page changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import excerpts, invitations, taking
from clips_api.clipping import TYPES, Format
from clips_api.deps import Given, Parts
from clips_api.excerpts import Part
from clips_api.links import Reviewed, Ticket
from clips_api.pages.lesson import HEADERS, PROBE
from clips_api.quizzes import QuestionId
from clips_api.ranges import ranged
from clips_api.render import page
from clips_api.store import assignments
from clips_api.taking import Paper
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter()
given = APIRouter()  # behind a link, and signed in
Answers = Annotated[list[Annotated[str, Form(max_length=8000)]], Form(max_length=50)]
Try = Annotated[int, Form(ge=0, le=1000)]
PARTS: dict[str, Part] = {"audio": "heard", "rest": "rest"}  # as addresses have them
Go = Annotated[str, Form(pattern=r"^(next|back|stay|(up|down):[0-9a-f]{8})$")]


@given.get("/quiz")
def go_on(request: Request, parts: Given, ticket: Reviewed) -> Response:
    """Where they left: the first question that has no answer, the end, or the result."""
    own = taking.paper(parts, ticket)
    if own is None:
        return RedirectResponse(ticket.path, 303)
    if ticket.assignment.module_id is not None and ticket.assignment.learned_at is None:
        return RedirectResponse(f"{ticket.path}/lesson", 303)
    if not own.questions:
        return _page(request, "quiz_none.html", own, ticket)
    if not own.open:
        return _to(ticket, "result" if own.handed_in else "end")
    return _to(ticket, next(iter(own.unanswered), "end"))


@given.post("/quiz")
def begin(parts: Given, ticket: Reviewed) -> RedirectResponse:
    """Try again was pressed; twice is once."""
    own = taking.paper(parts, ticket)
    if own is not None and own.questions:
        taking.begin(parts, own)
    return RedirectResponse(f"{ticket.path}/quiz", 303)


@given.get("/quiz/end")
def end(request: Request, parts: Given, ticket: Reviewed) -> Response:
    """Everything answered? Then hand it in."""
    own = taking.paper(parts, ticket)
    if own is None or not own.questions or not own.open:
        return RedirectResponse(f"{ticket.path}/quiz" if own and own.handed_in else ticket.path, 303)
    asked = [(one.id, one.text, one.id in own.answers) for one in own.questions]
    return _page(request, "quiz_end.html", own, ticket, asked=asked)


@given.post("/quiz/end")
def hand_in(parts: Given, ticket: Reviewed, attempt: Try = 0) -> RedirectResponse:
    """Hand it in; twice is once."""
    own = taking.paper(parts, ticket)
    if own is not None and ticket.assignment.open:
        taking.hand_in(parts, own, attempt)
    return _to(ticket, "result")


@given.get("/quiz/result")
def result(request: Request, parts: Given, ticket: Reviewed, attempt: Annotated[int, Query(ge=0)] = 0) -> Response:
    """What it came to: right answers, explanations, the rest of the clips. Only once it was handed in."""
    own = taking.paper(parts, ticket)
    if own is None or not own.handed_in:
        return RedirectResponse(f"{ticket.path}/quiz", 303)
    shown = next((one for one in own.handed_in if one.number == attempt), own.handed_in[-1])
    told = taking.told(parts, own, shown)
    return _page(request, "quiz_result.html", own, ticket, shown=shown, told=told)


@given.post("/quiz/done")
def done(parts: Given, ticket: Reviewed) -> RedirectResponse:
    """They don't want to try again."""
    own = taking.paper(parts, ticket)
    if own is not None and own.handed_in and own.current is None:
        assignments.finish(parts.store, own.assignment.id, now())
    return _to(ticket, "result")


@given.get("/quiz/{question}")
def show(request: Request, parts: Given, ticket: Reviewed, question: QuestionId) -> Response:
    """One question."""
    own = taking.paper(parts, ticket)
    if own is None or not own.open:
        return RedirectResponse(f"{ticket.path}/quiz", 303)
    return _page(request, "quiz.html", own, ticket, **screen(own, question))


@given.post("/quiz/{question}")
def save(
    *,
    parts: Given,
    ticket: Reviewed,
    question: QuestionId,
    given: Answers = [],  # noqa: B006  a default that nobody changes
    attempt: Try = 0,
    go: Go = "next",
) -> Response:
    """Keep an answer and go on; from another tab, once it was handed in, nothing changes."""
    own = taking.paper(parts, ticket)
    where, _, name = go.partition(":")
    if own is None or not taking.save(parts, own, question, moved(given, where, name), attempt):
        return Response(status_code=409) if go == "stay" else RedirectResponse(f"{ticket.path}/quiz", 303)
    if go == "stay":
        return Response(status_code=204, headers=HEADERS)
    if where == "next":
        return _to(ticket, own.beside(question, 1) or "end")
    return _to(ticket, (own.beside(question, -1) if where == "back" else None) or question)


@given.api_route("/quiz/{question}/audio", methods=PROBE)
def audio(
    request: Request,
    parts: Given,
    ticket: Reviewed,
    question: QuestionId,
    format: Format = "wav",  # noqa: A002  the parameter's name
) -> Response:
    """What is heard of its clip before it is answered."""
    own = taking.paper(parts, ticket)
    return sound(request, parts, own.one(question).clip if own else None, "heard", format)


@given.api_route("/quiz/{question}/rest", methods=PROBE)
def rest(
    request: Request,
    parts: Given,
    ticket: Reviewed,
    question: QuestionId,
    format: Format = "wav",  # noqa: A002
) -> Response:
    """How it went on; only once the quiz was handed in."""
    own = taking.paper(parts, ticket)
    if own is None or not own.handed_in:
        raise NotFound("the rest of the clip")
    return sound(request, parts, own.one(question).clip, "rest", format)


def screen(own: Paper, question: str) -> dict[str, Any]:
    """What the page of a question shows."""
    asked = own.one(question)
    shown, answer = own.shown(asked), own.answers.get(question, [])
    if shown.way == "order" and answer:
        by_id = {one.id: one for one in shown.choices}
        shown = shown.model_copy(update={"choices": tuple(by_id[name] for name in answer if name in by_id)})
    place = [one.id for one in own.questions].index(question) + 1
    return {"asked": shown, "given": answer, "place": place, "total": len(own.questions)}


def sound(request: Request, parts: Parts, clip: excerpts.Excerpt | None, part: Part, form: Format) -> Response:
    """One part of a question's clip. Raises NotFound where there is none."""
    if clip is None or (part == "rest" and not clip.stops):
        raise NotFound("sound of this question")
    answer = ranged(request, excerpts.sound(parts.library, clip, part, form), TYPES[form], filename=f"clip.{form}")
    answer.headers.update(HEADERS)
    return answer


def moved(order: list[str], where: str, name: str) -> list[str]:
    """An order with one of its items a place up or down."""
    if name not in order:
        return order
    place = order.index(name)
    to = place + (-1 if where == "up" else 1)
    if 0 <= to < len(order):
        order = [*order]
        order[place], order[to] = order[to], order[place]
    return order


def _to(ticket: Ticket, where: str) -> RedirectResponse:
    return RedirectResponse(f"{ticket.path}/quiz/{where}", 303)


def _page(request: Request, template: str, own: Paper, ticket: Ticket, **context: Any) -> HTMLResponse:
    giver = invitations.giver(own.assignment)
    shown: dict[str, Any] = {"own": own, "base": ticket.path, "giver": giver, "preview": ""} | context
    return page(request, template, headers=HEADERS, **shown)


router.include_router(given, prefix="/q/{token}")
router.include_router(given, prefix="/assignments/{assignment}")
