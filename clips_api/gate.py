"""Who may come in: the sign-in secret, the cookie made from it, and what browsers must not be tricked into.

A plain ASGI middleware, so that streams pass through it untouched.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clips_api import audit, footprints, identity, problems, signed_out
from clips_api.deps import Parts
from clips_api.devices import device
from clips_api.footprints import Footprints
from clips_api.identity import Shown
from clips_api.keyring import Keys
from clips_api.policy import HEADERS
from clips_api.throttle import Throttle, place
from clips_api.viewer import Viewer
from pipeline.errors import ExemplarError
from pipeline.settings import Settings

# where nobody needs to be signed in; of /c/ and /q/ it is the token in the address that lets people in
OPEN = ("/static/", "/healthz", "/c/", "/q/", "/sign-in", "/hello/")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_FOR = 180 * 24 * 3600  # seconds a browser stays signed in


def host_names(settings: Settings) -> frozenset[str]:
    """The names under which these pages may be asked for, besides addresses in digits."""
    names = {"localhost", settings.host.lower()}
    if settings.public_url:
        names.add((urlsplit(settings.public_url).hostname or "").lower())
    names |= {name.strip().lower().rstrip(".") for name in settings.hosts}
    if settings.host in ("0.0.0.0", "::", ""):  # noqa: S104  a person asked for it
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names - {""})


class Gate:
    """Checks the Host header, the sign-in, and the origin of changes; adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, settings: Settings, keys: Keys) -> None:
        self.app = app
        self.keys = keys
        self.names = host_names(settings)
        self.footprints = Footprints()
        self.secure = (settings.public_url or "").startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                done = f"{request.method} {scope['route'].path}" if "route" in scope else ""
                if message["status"] < 400 and done in footprints.table():
                    await run_in_threadpool(self._noted, request, done)
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        scope.setdefault("state", {})["viewer"] = None
        answer = await run_in_threadpool(self._checked, request)
        await (self.app if answer is None else answer)(scope, receive, guarded)

    def _noted(self, request: Request, done: str) -> None:
        """Write down what was done before anybody sees that it was: where that fails, so does the request."""
        viewer: Viewer | None = request.state.viewer
        if viewer is not None:
            self.footprints.leave(request.app.state.parts, viewer, done, request.path_params)

    def _checked(self, request: Request) -> Response | None:
        try:
            return self._refusal(request)
        except ExemplarError as error:  # no handler of the application sees it here
            return problems.of(request, error)

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that may not pass, None for one that may."""
        if not self._known_host(request.headers.get("host", "")):
            advice = "Set it as public_url in exemplar.toml, or add it to hosts."
            return _problem(request, 421, "These pages are not known by that name.", advice)
        changes = request.method not in SAFE
        if request.url.path.startswith(OPEN):
            signs_in = request.url.path.startswith("/sign-in")  # nobody is to be signed in as somebody else unawares
            return _foreign(request) if signs_in and changes and not _same_origin(request.headers) else None
        secret = request.query_params.get("token")
        if secret is not None and not changes and not request.url.path.startswith("/api/"):
            return self._start_up_link(request, secret)
        shown = Shown.by(request, self.keys)
        viewer = identity.viewer(request.app.state.parts, self.keys, shown)
        if viewer is None:
            return self._wrong(request) if shown.bearer is not None else signed_out.answer(request)
        request.state.viewer = viewer
        return _foreign(request) if shown.bearer is None and changes and not _same_origin(request.headers) else None

    def _start_up_link(self, request: Request, secret: str) -> Response:
        if not self.keys.is_secret(secret):
            return self._wrong(request)
        rest = urlencode([(key, value) for key, value in parse_qsl(request.url.query) if key != "token"])
        # a path that starts with two slashes would lead to another host
        path = "/" + request.url.path.lstrip("/\\")
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(
            self.keys.cookie_name, self.keys.cookie, max_age=KEPT_FOR, httponly=True, samesite="lax", secure=self.secure
        )
        parts: Parts = request.app.state.parts
        audit.note(parts, "signed in", "start-up link", device(request))
        return answer

    def _wrong(self, request: Request) -> Response:
        """The answer to a wrong secret. Raises TooOften."""
        throttle: Throttle = request.app.state.throttle
        throttle.count("wrong", place(request.client.host if request.client else None))
        return signed_out.answer(request)

    def _known_host(self, host: str) -> bool:
        """Names must be ours (another site's name may be made to point here); an address in digits can't be faked."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
            if name in self.names or name.endswith(".localhost"):
                return True
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _foreign(request: Request) -> Response:
    return _problem(request, 403, "This change came from another site.", "Open Exemplar and do it there.")


def _problem(request: Request, status: int, title: str, advice: str) -> Response:
    return problems.answer(request, problems.Problem(title=title, status=status, detail="", advice=advice))
