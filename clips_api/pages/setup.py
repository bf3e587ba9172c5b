"""Setting up in five short screens, each of which can be skipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from clips_api import hello, sessions, setup, telling
from clips_api.deps import Given, Parts
from clips_api.pages.people_table import EXAMPLE
from clips_api.render import page
from clips_api.setup import Screen
from clips_api.store import people
from nlp import languages
from pipeline import countries
from pipeline.errors import BadInput

router = APIRouter(prefix="/setup")
Line = Annotated[str, Form(max_length=2000)]
TLS = {
    "starttls": "STARTTLS (port 587)",
    "tls": "TLS from the first byte (port 465)",
    "none": "none, on this machine only",
}


class Typed(BaseModel):
    """The first screen as it is sent."""

    name: str = Field("", max_length=200)
    email: str = Field("", max_length=300)
    public_url: str = Field("", max_length=300)
    host: str = Field("", max_length=60, pattern=r"^[\w.:]*$")
    hosts: str = Field("", max_length=2000)
    trusted_proxies: str = Field("", max_length=2000)
    go: str = "on"


@router.get("")
def overview(request: Request, parts: Given) -> HTMLResponse:
    """The five screens, what is set, and what waits for a new start."""
    found = setup.written(parts)
    return _page(request, parts, "setup.html", states=setup.states(parts, found), nobody=not parts.viewer.roster.people)


@router.get("/address")
def address(request: Request, parts: Given) -> HTMLResponse:
    """Who sets this up, and where people find it."""
    return _address(request, parts, {})


@router.post("/address")
def keep_address(request: Request, parts: Given, typed: Annotated[Typed, Form()]) -> Response:
    """Write them; whoever gives their name is signed in by it from now on."""
    try:
        values: dict[str, Any] = {
            "public_url": setup.address(typed.public_url),
            "hosts": setup.named(typed.hosts) or None,
            "trusted_proxies": setup.proxies(typed.trusted_proxies) or None,
        }
        setup.save(parts, values | ({"host": typed.host} if typed.host else {}))
        named = typed.name.strip() and parts.viewer.person is None
        person = setup.first_admin(parts, typed.name, typed.email) if named else None
    except BadInput as error:
        return _address(request, parts, typed.model_dump(), code=422, problem=error.detail)
    answer = _next(parts, "address", typed.go)
    if person is not None:
        token, _ = sessions.start(parts, person, request)
        sessions.set_cookie(parts, answer, token)
    return answer


@router.get("/people")
def who(request: Request, parts: Given, done: Annotated[str | None, Query(max_length=20)] = None) -> HTMLResponse:
    """People by a table."""
    there = [one for one in people.find(parts.store) if not one.left]
    return _page(request, parts, "setup_people.html", screen="people", there=there, example=EXAMPLE, done=done)


@router.get("/recordings")
def recordings(request: Request, parts: Given) -> HTMLResponse:
    """Where recordings come from."""
    return _recordings(request, parts, {})


@router.post("/recordings")
def keep_recordings(request: Request, parts: Given, keep: Line = "", timezone: Line = "") -> Response:
    """Write it."""
    folders = [part.strip().strip("/") for part in keep.split(",") if part.strip().strip("/")]
    try:
        zone = countries.zone(timezone) if timezone.strip() else None
        setup.save(parts, {"keep": folders or None, "timezone": zone})
    except BadInput as error:
        return _recordings(request, parts, {"keep": keep, "timezone": timezone}, code=422, problem=error.detail)
    return _next(parts, "recordings")


@router.get("/sending")
def sending(request: Request, parts: Given) -> HTMLResponse:
    """Mail and Slack, or copying links oneself."""
    return _sending(request, parts, {})


@router.post("/sending")
async def keep_sending(request: Request, parts: Given) -> Response:
    """Write it. A password or a token that is left empty stays as it is."""
    form = {name: str(value).strip() for name, value in (await request.form(max_fields=20)).items()}
    return await run_in_threadpool(_keep_sending, request, parts, form)


@router.get("/languages")
def spoken(request: Request, parts: Given) -> HTMLResponse:
    """Languages, personal data, and what people have to be told."""
    return _page(request, parts, "setup_languages.html", screen="languages", languages=languages.names())


@router.post("/languages")
def keep_languages(parts: Given, language: Line = "auto", mask: Line = "") -> Response:
    """Write it."""
    if language != "auto" and language not in languages.names():
        raise BadInput(f"no language: {language}")
    setup.save(parts, {"language": None if language == "auto" else language, "mask": None if mask else False})
    return _next(parts, "languages")


@router.post("/phone")
def phone(parts: Given) -> RedirectResponse:
    """Send the test link to whoever asks."""
    hello.send(parts)
    return RedirectResponse("/setup/sending#try", 303)


@router.post("/restart")
def restart(parts: Given, screen: Annotated[str, Form(max_length=20)] = "") -> RedirectResponse:
    """Start again with the settings as they are now."""
    if setup.can_restart(parts):
        parts.library.ask_restart()
    return RedirectResponse(f"/setup/restarting?to={screen if screen in setup.TITLES else ''}", 303)


@router.get("/restarting")
def restarting(request: Request, to: Annotated[str, Query(max_length=20)] = "") -> HTMLResponse:
    """Wait until it is there again; without scripts, look in a moment."""
    where = f"/setup/{to}#try" if to in setup.TITLES else "/setup"
    return page(request, "setup_restarting.html", headers={"Refresh": f"20; url={where}"}, where=where)


@router.post("/later")
def later() -> RedirectResponse:
    """Don't offer it again in this browser."""
    answer = RedirectResponse("/search", 303)
    answer.set_cookie(setup.LATER, "later", max_age=365 * 86400, httponly=True, samesite="lax")
    return answer


def _keep_sending(request: Request, parts: Parts, form: Mapping[str, str]) -> Response:
    try:
        setup.save(parts, _channels(form))
    except BadInput as error:
        return _sending(request, parts, form, code=422, problem=error.detail)
    return _next(parts, "sending", form.get("go", "on"))


def _next(parts: Parts, screen: Screen, go: str = "on") -> RedirectResponse:
    if go == "try":
        return restart(parts, screen)
    order = list(setup.TITLES)
    after = order[order.index(screen) + 1 :]
    return RedirectResponse(f"/setup/{after[0]}" if after else "/setup", 303)


def _channels(form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says of mail and Slack, as settings. Raises BadInput."""
    way = form.get("way")
    values: dict[str, Any] = {"mail": None} if way != "mail" else {}
    if way == "copy":
        return values | {"slack": None}
    if way == "mail":
        if not form.get("host") or not form.get("from"):
            raise BadInput("mail needs a server, and an address that it comes from")
        if not form.get("port", "").isdecimal():
            raise BadInput("a port is a number: 587 with STARTTLS, 465 with TLS")
        values = {f"mail.{name}": form.get(name) or None for name in ("host", "tls", "user", "from")}
        values |= {"mail.port": int(form["port"])}
        values |= {"mail.password": form["password"]} if form.get("password") else {}
    return values | ({"slack.token": form["slack_token"]} if form.get("slack_token") else {})


def _address(
    request: Request, parts: Parts, typed: Mapping[str, str], *, code: int = 200, problem: str | None = None
) -> HTMLResponse:
    reached = telling.unreachable(parts.settings) is None
    link = hello.link(parts) if reached else None
    return _page(
        request,
        parts,
        "setup_address.html",
        code,
        screen="address",
        typed=typed,
        problem=problem,
        here=_here(request),
        link=link,
        code_of_link=hello.code(link) if link else None,
        opened=hello.opened(request.app),
    )


def _here(request: Request) -> str:
    """The address under which we were asked, where others could ask so too."""
    asked = f"{request.url.scheme}://{request.headers.get('host', '')}"
    named = (request.url.hostname or "").lower()
    return "" if named in ("localhost", "testserver") or named.startswith("127.") or named == "::1" else asked


def _recordings(
    request: Request, parts: Parts, typed: Mapping[str, str], *, code: int = 200, problem: str | None = None
) -> HTMLResponse:
    return _page(
        request,
        parts,
        "setup_recordings.html",
        code,
        screen="recordings",
        typed=typed,
        problem=problem,
        inbox=parts.library.inbox,
        zones=countries.zones(),
        calls=sum(row["calls"] for row in parts.database.rows("states")),
    )


def _sending(
    request: Request, parts: Parts, typed: Mapping[str, str], *, code: int = 200, problem: str | None = None
) -> HTMLResponse:
    return _page(
        request,
        parts,
        "setup_sending.html",
        code,
        screen="sending",
        typed=typed,
        problem=problem,
        tls=TLS,
        held=telling.held(parts.settings, "mail"),
        trouble=hello.trouble(parts),
        opened=hello.opened(request.app),
    )


def _page(request: Request, parts: Parts, template: str, code: int = 200, **context: Any) -> HTMLResponse:
    written = setup.written(parts)
    return page(
        request,
        template,
        code,
        titles=setup.TITLES,
        written=written,
        fixed=dict.fromkeys(setup.LABELS, "") | setup.fixed(parts, *setup.LABELS),
        waits=setup.waiting(parts, written),
        can_restart=setup.can_restart(parts),
        **{"problem": None, "screen": None} | context,
    )
