"""What somebody is told who is not signed in: how to, and why a link may not come."""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from fastapi.responses import Response

from clips_api import problems
from clips_api.deps import Parts
from clips_api.render import page
from clips_api.sign_in import page_here
from clips_api.telling import held

State = Literal["first", "sent", "dead", "often", "out"]


def answer(request: Request) -> Response:
    """The answer to whoever asked for something that needs signing in."""
    if request.url.path.startswith("/api/"):
        return problems.answer(
            request,
            problems.Problem(
                title="Sign in first.",
                status=401,
                detail="",
                advice="Send a token as a bearer token: your account page makes one, and the sign-in secret is one.",
            ),
            {"WWW-Authenticate": "Bearer"},
        )
    query = f"?{request.url.query}" if request.url.query else ""
    return form(request, 401, to=f"{request.url.path}{query}" if request.method == "GET" else None)


def form(
    request: Request,
    code: int = 200,
    *,
    state: State = "first",
    to: str | None = None,
    address: str = "",
    problem: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The page that asks for an e-mail address. `to`: the page to go on to; `problem`: why nothing was done."""
    parts: Parts = request.app.state.parts
    shown = {"state": state, "to": page_here(to), "address": address, "problem": problem}
    return page(request, "sign_in.html", code, headers, held=held(parts.settings, "mail"), **shown)
