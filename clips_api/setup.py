"""Setting up: what is set so far, what waits for a new start, and who is offered it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import Request

from clips_api import audit, telling
from clips_api.deps import Parts
from clips_api.people import Entry
from clips_api.store import people
from clips_api.store.people import Person, Told
from nlp import languages
from pipeline import settings_file
from pipeline.client import is_running
from pipeline.errors import BadInput, BadSettings
from pipeline.settings import Settings, load

Screen = Literal["address", "people", "recordings", "sending", "languages"]
TITLES: dict[Screen, str] = {
    "address": "Where people find it",
    "people": "Who is who",
    "recordings": "Where recordings come from",
    "sending": "How people are told",
    "languages": "Languages and consent",
}
LATER = "exemplar_setup"  # the cookie of a browser in which somebody said: not now
LABELS = {  # settings that these screens write, as they are called when they wait for a new start
    "public_url": "the public address",
    "host": "who can reach it",
    "hosts": "other host names",
    "trusted_proxies": "trusted proxies",
    "keep": "folders that are left alone",
    "timezone": "the time zone of file names",
    "language": "the language",
    "mask": "hiding personal data",
    "mail": "the mail server",
    "slack": "Slack",
}


@dataclass(frozen=True)
class State:
    """One screen in the overview: whether it is set, and what holds."""

    name: Screen
    title: str
    done: bool
    told: str


def states(parts: Parts, written: Settings) -> list[State]:
    """Each screen with what was set there."""
    there = [one for one in people.find(parts.store) if not one.left]
    calls = sum(row["calls"] for row in parts.database.rows("states"))
    ways = [
        way
        for way, on in ((f"e-mail by {written.mail and written.mail.host}", written.mail), ("Slack", written.slack))
        if on
    ]
    spoken = "whatever is spoken" if written.language == "auto" else languages.name(written.language)
    told = {
        "address": (telling.unreachable(written) is None, written.public_url or "this machine only"),
        "people": (bool(there), f"{len(there):,} in the list" if there else "nobody in the list yet"),
        "recordings": (calls > 0, f"{calls:,} recordings so far" if calls else "none has come yet"),
        "sending": (bool(ways), " and ".join(ways) or "you copy links yourself"),
        "languages": (True, f"{spoken}; personal data {'hidden' if written.mask else 'shown'}"),
    }
    return [State(name, title, *told[name]) for name, title in TITLES.items()]


def written(parts: Parts) -> Settings:
    """The settings as they stand in the file and the environment: what holds after a new start.

    Those that `exemplar up` was given on the command line stay. Raises BadSettings.
    """
    found = load(parts.settings.data)
    given = ((parts.library.running() or {}).get("given") or "").split()
    return found.model_copy(update={name: getattr(parts.settings, name) for name in given})


def waiting(parts: Parts, written: Settings) -> list[str]:
    """What was changed and does not hold yet, as people call it."""
    return [said for name, said in LABELS.items() if getattr(written, name) != getattr(parts.settings, name)]


def fixed(parts: Parts, *names: str) -> dict[str, str]:
    """Of these settings those that the file can't change, and what holds them."""
    given = ((parts.library.running() or {}).get("given") or "").split()
    held = {name: f"--{name}" if name in given else settings_file.fixed_by(name) for name in names}
    return {name: by for name, by in held.items() if by is not None}


def save(parts: Parts, values: dict[str, Any]) -> None:
    """Write settings, but those that something else holds. Raises BadInput."""
    held = fixed(parts, *values)
    try:
        settings_file.change(parts.settings.data, {name: value for name, value in values.items() if name not in held})
    except BadSettings as error:
        raise BadInput(error.detail) from error
    audit.note(parts, "changed", "settings", ", ".join(sorted(set(values) - set(held))))


def can_restart(parts: Parts) -> bool:
    """Whether an `exemplar up` looks after us, which can start us again."""
    return is_running(parts.library)


def offered(request: Request, parts: Parts) -> bool:
    """Whether somebody who comes in should be asked to set Exemplar up: nobody is in the list, and they may."""
    return parts.viewer.may("admin") and LATER not in request.cookies and not people.find(parts.store)


def first_admin(parts: Parts, name: str, email: str) -> Person:
    """Whoever sets Exemplar up, as a person who may do everything. Raises BadInput."""
    told = Entry(name=" ".join(name.split())[:200], email=email.strip() or None, role="admin").told()
    if not told.person.name:
        raise BadInput("a person needs a name")
    people.keep(parts.store, [Told(told.person, told.unsaid)])
    found = next(one for one in people.find(parts.store) if one.name == told.person.name)
    audit.note(parts, "changed", f"person/{found.id}", "admin, by the start-up link")
    return found


def address(text: str) -> str | None:
    """A public address as it is kept: with its scheme, without what comes after the host. Raises BadInput."""
    typed = text.strip().rstrip("/")
    if not typed:
        return None
    bare = "://" not in typed
    split = urlsplit(f"https://{typed}" if bare else typed)
    try:
        host, port = split.hostname, split.port
    except ValueError as error:
        raise BadInput(f"{typed} is no address: write it as https://coach.example.com") from error
    if (
        not host
        or split.netloc.endswith(":")
        or split.scheme not in ("http", "https")
        or split.username
        or " " in typed
    ):
        raise BadInput(f"{typed} is no address: write it as https://coach.example.com")
    if split.path or split.query or split.fragment:
        raise BadInput(
            f"Exemplar needs a host of its own: write {split.scheme}://{split.netloc} without {split.path or 'more'}"
        )
    scheme = "http" if bare and port else split.scheme  # 192.168.1.5:8377 has no certificate
    return f"{scheme}://{split.netloc.lower()}"


def named(text: str) -> list[str]:
    """Names that were typed with commas or spaces between."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def proxies(text: str) -> list[str]:
    """Addresses and networks. Raises BadInput."""
    found = named(text)
    for one in found:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise BadInput(f"{one} is no address or network: write 127.0.0.1 or 10.0.0.0/8") from error
    return found
