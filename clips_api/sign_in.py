"""Links that sign somebody in: sent to their e-mail address, or handed to them by an admin.

A link's token is made from its row under a key of our own, so that it can be made again when the message is put in
words, and is kept nowhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from clips_api import audit
from clips_api.deps import Given, Parts
from clips_api.keyring import Keys
from clips_api.problems import RESPONSES
from clips_api.reaching import News, tell
from clips_api.store import people
from clips_api.store import sign_ins as store
from clips_api.store.outbox import Entry
from clips_api.store.people import Person
from clips_api.store.sign_ins import SignIn
from pipeline.errors import NotFound
from pipeline.library import now
from pipeline.message import Part

router = APIRouter(prefix="/api/v1/people", tags=["people"], responses=RESPONSES)
LASTS = timedelta(minutes=15)  # a link in an e-mail
HANDED = timedelta(hours=24)  # a link that an admin passes on
KIND = "sign_in"


class Link(BaseModel):
    """A link that signs one person in, once."""

    link: str = Field(description="Shown once: it can't be had again.")
    expires_at: datetime


@router.post("/{number}/sign-in", status_code=201)
def hand_out(parts: Given, request: Request, number: Annotated[int, Path(ge=1, lt=2**31)]) -> Link:
    """Make a link that signs this person in once, within a day. Passing it on is up to you."""
    person = people.get(parts.store, number)
    if person is None or person.left:
        raise NotFound(f"person {number}")
    with parts.store.write() as connection:
        made = store.add(connection, number, lambda row: token(parts, row), at=now(), lasts=HANDED)
    audit.note(parts, "shared", f"person/{number}", "a link to sign in")
    base = parts.settings.public_url or str(request.base_url)
    return Link(link=_address(base, token(parts, made)), expires_at=made.expires_at)


def send(parts: Parts, address: str, device: str, to: str | None = None) -> bool:
    """Have a link sent to whoever has this e-mail address; whether somebody does. `to`: the page it leads to."""
    person = _person(parts, address)
    if person is None or person.email is None:
        return False
    at = now()
    with parts.store.write() as connection:
        made = store.add(connection, person.id, lambda row: token(parts, row), at=at, lasts=LASTS)
        payload = {"sign_in": made.id, "device": device, "to": to}
        about = f"sign_in/{made.id}"
        key = f"{about}/{made.made_at.astimezone(UTC).isoformat()}"  # its number may be given again
        tell(parts.store, connection, person, News(KIND, about, key, payload), at, wait=False)
    return True


def words(parts: Parts, entry: Entry) -> tuple[str, list[Part]] | None:
    """The message with a link; None where it would open nothing any more."""
    made = store.get(parts.store, entry.payload["sign_in"])
    person = people.get(parts.store, made.person_id) if made is not None else None
    if made is None or person is None or person.left or not made.open(now()):
        return None
    link = _address(parts.settings.public_url or "", token(parts, made), entry.payload["to"])
    said = (
        f"Hello {person.name}, this link signs you in to Exemplar. It works once, within "
        f"{LASTS // timedelta(minutes=1)} minutes of being asked for. It was asked for in {entry.payload['device']}."
    )
    ignored = "If that was not you, leave it: nobody can sign in without this message."
    return "Your link to sign in", [Part(text=said, link=link, label="Sign in"), Part(text=ignored)]


def token(parts: Parts, made: SignIn) -> str:
    """The token of a link: nobody else can make it, and it can always be made again."""
    return Keys(parts.library.secret()).token("sign-in", f"{made.id}.{made.made_at.astimezone(UTC).isoformat()}")


def opens(parts: Parts, given: str) -> Person | None:
    """Whom a link would sign in; looking uses nothing up."""
    made = store.of_token(parts.store, given)
    return _staying(parts, made) if made is not None and made.open(now()) else None


def use(parts: Parts, given: str) -> Person | None:
    """Use a link up: whom it signs in, None where it doesn't work."""
    made = store.use(parts.store, given, now())
    return _staying(parts, made) if made is not None else None


def page_here(path: str | None) -> str | None:
    """A page of ours to go on to; None for what would lead anywhere else."""
    plain = path is not None and path.isprintable() and len(path) <= 500 and "\\" not in path
    if path is None or not plain or not path.startswith("/") or path.startswith(("//", "/sign-in", "/api/")):
        return None
    return path


def _person(parts: Parts, address: str) -> Person | None:
    wanted = address.strip().lower()
    return next((one for one in people.find(parts.store) if one.email == wanted and not one.left), None)


def _staying(parts: Parts, made: SignIn) -> Person | None:
    person = people.get(parts.store, made.person_id)
    return person if person is not None and not person.left else None


def _address(base: str, given: str, to: str | None = None) -> str:
    return f"{base.rstrip('/')}/sign-in/{given}" + (f"?{urlencode({'to': to})}" if to else "")
