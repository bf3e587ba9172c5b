"""Pages from templates: the environment, what templates may call, and the pages that need nothing else."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import as_file, files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from clips_api.keys import keys_at
from clips_api.store.people import Role
from clips_api.viewer import NOBODY
from pipeline.library import now
from pipeline.zones import zoned

NAV: tuple[tuple[str, str, Role], ...] = (  # where it leads, what it is called, the least role
    ("/", "Today", "manager"),
    ("/search", "Search", "rep"),
    ("/calls", "Calls", "rep"),
    ("/coaching", "Coaching", "rep"),
    ("/library", "Library", "rep"),
    ("/modules", "Lessons", "manager"),
    ("/quizzes", "Quizzes", "manager"),
)
MORE: tuple[tuple[str, str, Role], ...] = (  # what isn't needed every day
    ("/team", "Team", "manager"),
    ("/me", "Your weeks", "rep"),
    ("/assignments", "Assignments", "rep"),
    ("/goals", "Goals", "rep"),
    ("/wins", "Wins", "rep"),
    ("/changed", "What changed", "manager"),
    ("/status", "Status", "manager"),
    ("/playbook", "Playbook", "manager"),
    ("/vocabulary", "Names", "manager"),
    ("/people", "People", "manager"),
    ("/export", "Export", "manager"),
    ("/setup", "Settings", "admin"),
    ("/audit", "Audit trail", "admin"),
    ("/account", "Your account", "rep"),
)


@cache
def templates() -> Environment:
    """The templates, compiled once a process, with every value escaped and every unknown name an error."""
    environment = Environment(
        loader=PackageLoader("clips_api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock,
        "day": day,
        "time": time_of_day,
        "label": label,
        "marked": marked,
        "left": left,
        "counted": counted,
        "ago": ago,
    }
    environment.globals["static"] = static_paths().__getitem__
    environment.globals["keys_at"] = keys_at
    return environment


def static() -> StaticFiles:
    """The style sheet and the scripts."""
    with as_file(files("clips_api").joinpath("static")) as folder:
        return StaticFiles(directory=folder)


@cache
def static_version() -> str:
    """A name for the static files as they are: part of their addresses, so that browsers never keep an old one.

    It stands in the path, because a script's own imports are looked up beside it.
    """
    folder = files("clips_api").joinpath("static")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return sha256(b"".join(entry.name.encode() + entry.read_bytes() for entry in entries)).hexdigest()[:10]


def static_paths() -> dict[str, str]:
    """Each static file's address."""
    return {
        entry.name: f"/static/{static_version()}/{entry.name}"
        for entry in files("clips_api").joinpath("static").iterdir()
    }


def page(
    request: Request, template: str, code: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """Render one template."""
    environment: Environment = request.app.state.templates
    viewer = getattr(request.state, "viewer", None) or NOBODY
    nav, more = ([(href, name) for href, name, least in some if viewer.may(least)] for some in (NAV, MORE))
    shown = {"path": request.url.path, "viewer": viewer, "nav": nav, "more_nav": more}
    shown |= {"manages": viewer.may("manager")} | context
    return HTMLResponse(environment.get_template(template).render(shown), code, headers)


def error_page(
    request: Request, status: int, headers: dict[str, str] | None = None, *, title: str, detail: str, advice: str | None
) -> HTMLResponse:
    """What a person sees when something can't be done."""
    return page(request, "error.html", status, headers, title=title, detail=detail, advice=advice)


# what templates may call


def clock(seconds: float | None) -> str:
    """Seconds as 4:18 or 1:02:03."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def local(when: datetime | str | None) -> datetime | None:
    """A time on this machine's clock."""
    if when is None or when == "":
        return None
    found = datetime.fromisoformat(when) if isinstance(when, str) else when
    return zoned(found).astimezone()


def day(when: datetime | str | None) -> str:
    """A date as 12 Nov, with its year where that is not this one; unknown stays unknown."""
    found = local(when)
    if found is None:
        return "date unknown"
    return f"{found.day} {found:%b}" + ("" if found.year == now().astimezone().year else f" {found.year}")


def time_of_day(when: datetime | str | None) -> str:
    """A time of day as 14:05."""
    found = local(when)
    return f"{found:%H:%M}" if found else ""


def ago(when: datetime | None) -> str:
    """How long ago, roughly."""
    if when is None:
        return ""
    seconds = max(0.0, (now() - when).total_seconds())
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), name)} ago" if seconds < 7 * 86_400 else day(when)
    return "just now"


HANDLED = {
    "handling.acknowledge": "acknowledged",
    "handling.explore": "explored",
    "handling.respond": "answered",
    "handling.confirm": "checked",
}


def label(name: str | None) -> str:
    """A tag or a step as people say it: objection.status_quo is "status quo", step.greeting "greeting"."""
    if not name:
        return ""
    group, _, rest = name.rpartition(".")
    words = HANDLED.get(name, (rest or name).replace("_", " "))
    return f"{words} signal" if group == "signal" else f"{words} reaction" if group == "reaction" else words


def left(seconds: float | None) -> str:
    """Time left, roughly."""
    if seconds is None:
        return ""
    if seconds < 50:
        return f"about {max(5, round(seconds / 5) * 5)} s left"
    return f"about {max(1, round(seconds / 60))} min left"


def counted(number: int | None, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 call, 1,200 calls."""
    amount = number or 0
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def marked(text: str, spans: list[tuple[int, int]]) -> Markup:
    """A text with the spans that matched marked."""
    out, at = [], 0
    for start, end in spans:
        out += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*out, escape(text[at:])])
