"""Signing in by a link that is sent by e-mail. Opening one changes nothing, because mail scanners look too."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from clips_api import sessions, sign_in
from clips_api.deps import Given, Parts
from clips_api.devices import device
from clips_api.render import page
from clips_api.signed_out import form
from clips_api.store import sign_ins as store
from clips_api.telling import channel_of, held
from clips_api.throttle import Throttle, TooOften, place
from pipeline.errors import BadInput

router = APIRouter(prefix="/sign-in")
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}
To = Annotated[str | None, Query(max_length=500)]
Typed = Annotated[str, Form(max_length=400)]


@router.get("")
def show(request: Request, to: To = None, done: Literal["sent", "out"] | None = None) -> Response:
    """The page that asks for an e-mail address."""
    return form(request, state=done or "first", to=to)


@router.post("")
def ask(request: Request, parts: Given, after: BackgroundTasks, email: Typed = "", to: Typed = "") -> Response:
    """Have a link sent. The answer, and the time it takes, are the same whether or not we know the address."""
    address = email.strip().lower()
    if not _is_mail(address):
        problem = "That is no e-mail address. It looks like name@company.com."
        return form(request, 422, to=to, address=email, problem=problem)
    if held(parts.settings, "mail"):
        return form(request, 409, to=to, address=email)
    throttle: Throttle = request.app.state.throttle
    try:
        throttle.count("links", _place(request))
        throttle.count("link", address)
    except TooOften as error:
        problem = f"Too many links were asked for. {error.advice}"
        return form(request, 429, to=to, address=email, problem=problem, headers={"Retry-After": str(error.wait_s)})
    after.add_task(sign_in.send, parts, address, device(request), sign_in.page_here(to))
    return RedirectResponse("/sign-in?done=sent", 303)


@router.get("/{token}")
def look(request: Request, parts: Given, token: str, to: To = None) -> Response:
    """What a link would do, and the button that does it."""
    person = sign_in.opens(parts, token)
    if person is None:
        return _dead(request, parts, token, to)
    return page(request, "sign_in_link.html", 200, HEADERS, person=person, to=sign_in.page_here(to))


@router.post("/{token}")
def use(request: Request, parts: Given, token: str, to: Typed = "") -> Response:
    """Use a link up: whoever presses the button is signed in."""
    person = sign_in.use(parts, token)
    if person is None:
        return _dead(request, parts, token, to)
    answer = RedirectResponse(sign_in.page_here(to) or "/", 303)
    made, _ = sessions.start(parts, person, request)
    sessions.set_cookie(parts, answer, made)
    return answer


def _dead(request: Request, parts: Parts, token: str, to: str | None) -> Response:
    """What a link shows that opens nothing: one page, whatever is wrong with it. Raises TooOften."""
    known = store.of_token(parts.store, token) is not None
    if not known:
        throttle: Throttle = request.app.state.throttle
        throttle.count("wrong", _place(request))
    return form(request, 410 if known else 404, state="dead", to=to, headers=HEADERS)


def _is_mail(address: str) -> bool:
    try:
        return channel_of(address) == "mail"
    except BadInput:
        return False


def _place(request: Request) -> str:
    return place(request.client.host if request.client else None)
