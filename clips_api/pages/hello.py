"""The page of the test link: needs no sign-in, and tells nothing but that it was reached."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from clips_api import hello
from clips_api.deps import Given
from clips_api.devices import device
from clips_api.hello import Opened
from clips_api.render import ago, page
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter()


@router.get("/hello/{token}")
def greet(request: Request, parts: Given, token: str) -> HTMLResponse:
    """Say that this works, and remember it for whoever waits at the other end."""
    if not hello.is_token(parts, token):
        raise NotFound(request.url.path)
    request.app.state.hello = Opened(device(request), now())
    safe = request.url.scheme == "https" or (parts.settings.public_url or "").startswith("https:")
    return page(request, "hello.html", headers={"Cache-Control": "no-store"}, safe=safe)


@router.get("/setup/opened")
def opened(request: Request) -> JSONResponse:
    """Who opened the test link last: the page that shows it asks again and again."""
    found = hello.opened(request.app)
    return JSONResponse({"by": found.device, "ago": ago(found.at)} if found else {})
