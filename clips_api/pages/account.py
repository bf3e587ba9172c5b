"""Your account: who you are, where you are signed in, and the tokens of your own programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from clips_api import audit, digests, sessions, tokens
from clips_api.deps import Given, Parts
from clips_api.render import page
from pipeline.errors import Busy

router = APIRouter(prefix="/account")
Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("")
def show(request: Request, parts: Given) -> Response:
    """Everything about whoever is signed in."""
    return _page(request, parts)


@router.post("/sign-out")
def sign_out(request: Request, parts: Given) -> Response:
    """Sign out of this browser."""
    session = sessions.here(parts, request)
    if session is not None and session.person_id == parts.viewer.id:
        sessions.sign_out(parts, session.id)
    elif parts.viewer.person is None:
        audit.note(parts, "signed out", "start-up link")
    return _leave(parts)


@router.post("/sessions/end")
def end_all(parts: Given) -> Response:
    """Sign out everywhere."""
    sessions.sign_out(parts, None)
    return _leave(parts)


@router.post("/sessions/{number}/end")
def end(parts: Given, number: Number) -> Response:
    """Sign out of another browser."""
    sessions.sign_out(parts, number)
    return RedirectResponse("/account", 303)


@router.post("/tokens")
def make(request: Request, parts: Given, name: Annotated[str, Form(max_length=400)] = "") -> Response:
    """Make a token and show it, once: that is why this answers with the page itself."""
    try:
        wish = tokens.Wish(name=name)
        token, secret = tokens.add(parts, wish.name)
    except ValidationError:
        return _page(request, parts, 422, name=name, problem="Say in a few words what the token is for.")
    except Busy as error:
        return _page(request, parts, 409, name=name, problem=f"{error.sentence} {error.advice}")
    return _page(request, parts, 201, made=secret, made_name=token.name)


@router.post("/tokens/{number}/end")
def end_token(parts: Given, number: Number) -> Response:
    """End a token."""
    tokens.revoke(parts, number)
    return RedirectResponse("/account", 303)


def _leave(parts: Parts) -> Response:
    answer = RedirectResponse("/sign-in?done=out", 303)
    sessions.drop_cookie(parts, answer)
    return answer


def _page(
    request: Request,
    parts: Parts,
    code: int = 200,
    *,
    name: str = "",
    problem: str | None = None,
    made: str | None = None,
    made_name: str = "",
) -> Response:
    session = sessions.here(parts, request)
    shown = {"name": name, "problem": problem, "made": made, "made_name": made_name}
    return page(
        request,
        "account.html",
        code,
        {"Cache-Control": "no-store"},
        here=session.id if session is not None else None,
        sessions=sessions.of_person(parts),
        tokens=tokens.of_person(parts),
        digest=digests.chosen(parts),
        base=(parts.settings.public_url or str(request.base_url)).rstrip("/"),
        **shown,
    )
