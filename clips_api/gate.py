"""Who may come in: the sign-in secret, the cookie made from it, and what browsers must not be tricked into.

A plain ASGI middleware, so that streams pass through it untouched.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clips_api import problems
from clips_api.policy import HEADERS
from clips_api.render import sign_in_page
from pipeline.settings import Settings

OPEN = ("/static/", "/healthz", "/c/")  # the last: links for people without an account
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_FOR = 180 * 24 * 3600  # seconds a browser stays signed in


@dataclass(frozen=True)
class Keys:
    """The sign-in secret and what is derived from it."""

    secret: str

    def derive(self, use: str) -> str:
        return hmac.new(self.secret.encode(), use.encode(), "sha256").hexdigest()

    @property
    def cookie_name(self) -> str:
        """Cookies are shared by all ports of a host: two Exemplars on one machine must not share a name."""
        return f"exemplar_{self.derive('cookie name')[:8]}"

    @property
    def cookie(self) -> str:
        return self.derive("cookie 1")

    def is_secret(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.secret.encode())

    def is_cookie(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.cookie.encode())


def host_names(settings: Settings) -> frozenset[str]:
    """The names under which these pages may be asked for, besides addresses in digits."""
    names = {"localhost", settings.host.lower()}
    if settings.public_url:
        names.add((urlsplit(settings.public_url).hostname or "").lower())
    if settings.host in ("0.0.0.0", "::", ""):  # noqa: S104  a person asked for it
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names - {""})


class Gate:
    """Checks the Host header, the sign-in, and the origin of changes; adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, settings: Settings, keys: Keys) -> None:
        self.app = app
        self.keys = keys
        self.names = host_names(settings)
        self.secure = (settings.public_url or "").startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        answer = self._refusal(request)
        await (self.app if answer is None else answer)(scope, receive, guarded)

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that may not pass, None for one that may."""
        if not self._known_host(request.headers.get("host", "")):
            return _problem(request, 421, "These pages are not known by that name.", "Add it as EXEMPLAR_PUBLIC_URL.")
        if request.url.path.startswith(OPEN):
            return None
        api = request.url.path.startswith("/api/")
        token = request.query_params.get("token")
        if token is not None and request.method in SAFE and not api:
            return self._sign_in(request, token)
        given = _bearer(request.headers)
        by_cookie = given is None and self.keys.is_cookie(request.cookies.get(self.keys.cookie_name, ""))
        if not by_cookie and not (given is not None and self.keys.is_secret(given)):
            return _signed_out(request, api=api)
        if by_cookie and request.method not in SAFE and not _same_origin(request.headers):
            return _problem(request, 403, "This change came from another site.", "Open Exemplar and do it there.")
        return None

    def _sign_in(self, request: Request, token: str) -> Response:
        if not self.keys.is_secret(token):
            return _signed_out(request, api=False)
        rest = urlencode([(key, value) for key, value in parse_qsl(request.url.query) if key != "token"])
        # a path that starts with two slashes would lead to another host
        path = "/" + request.url.path.lstrip("/\\")
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(
            self.keys.cookie_name, self.keys.cookie, max_age=KEPT_FOR, httponly=True, samesite="lax", secure=self.secure
        )
        return answer

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


def _bearer(headers: Headers) -> str | None:
    kind, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else None


def _same_origin(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _signed_out(request: Request, *, api: bool) -> Response:
    if api:
        return _problem(
            request, 401, "Sign in first.", "Send the sign-in secret as a bearer token.", {"WWW-Authenticate": "Bearer"}
        )
    return sign_in_page(request)


def _problem(request: Request, status: int, title: str, advice: str, headers: dict[str, Any] | None = None) -> Response:
    return problems.answer(request, problems.Problem(title=title, status=status, detail="", advice=advice), headers)
