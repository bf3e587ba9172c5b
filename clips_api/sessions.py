"""Signing a browser in as somebody, knowing it again, and signing out: here, or everywhere."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from clips_api import audit
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.devices import device
from clips_api.keyring import Keys
from clips_api.problems import RESPONSES
from clips_api.store import people
from clips_api.store import sessions as store
from clips_api.store.database import Store
from clips_api.store.people import Person, Role
from clips_api.store.sessions import Session
from clips_api.viewer import Viewer
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1", tags=["account"], responses=RESPONSES)
COOKIE_LASTS = 400 * 24 * 3600  # seconds, the most that browsers allow: how long a session lasts is kept here


class NoPerson(BadInput):
    """You came in by the start-up link, which belongs to nobody."""

    advice = "Sign in as yourself: the people page makes a link for you."


class Me(BaseModel):
    """Who you are here. Whoever holds the sign-in secret is nobody in particular, and may everything."""

    id: int | None
    name: str
    role: Role
    team: str | None
    email: str | None


class Known(BaseModel):
    """A browser in which you are signed in. `seen_at` is right to the hour."""

    id: int
    device: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls(**{name: value for name, value in asdict(session).items() if name in cls.model_fields})


@router.get("/me")
def me(parts: Given) -> Me:
    """Who you are, as this request shows it."""
    who = parts.viewer
    team, email = (who.person.team, who.person.email) if who.person is not None else (None, None)
    return Me(id=who.id, name=who.name, role=who.role, team=team, email=email)


@router.get("/sessions")
def find(parts: Given) -> Listing[Known]:
    """The browsers in which you are signed in, last used first."""
    found = [Known.of(one) for one in of_person(parts)]
    return Listing(items=found, total=len(found))


@router.delete("/sessions", status_code=204)
def end_all(parts: Given) -> None:
    """Sign out everywhere. Tokens go on working: end those one by one."""
    sign_out(parts, None)


@router.delete("/sessions/{number}", status_code=204)
def end(parts: Given, number: Annotated[int, Path(ge=1, lt=2**31)]) -> None:
    """Sign out of one browser."""
    sign_out(parts, number)


def start(parts: Parts, person: Person, request: Request) -> tuple[str, datetime]:
    """Sign somebody in, in the browser that asks: a token for `set_cookie`, and until when it lasts if not used."""
    agent = device(request)
    made, token = store.add(parts.store, person.id, device=agent, at=now())
    audit.note(replace(parts, viewer=Viewer(person.role, person)), "signed in", f"person/{person.id}", agent)
    return token, made.expires_at


def set_cookie(parts: Parts, response: Response, token: str) -> None:
    """Hand a session's token to the browser; it takes the place of whoever was signed in before."""
    response.set_cookie(
        _cookie_name(parts), token, max_age=COOKIE_LASTS, httponly=True, samesite="lax", secure=_secure(parts)
    )


def drop_cookie(parts: Parts, response: Response) -> None:
    """Have the browser forget who is signed in."""
    response.delete_cookie(_cookie_name(parts), httponly=True, samesite="lax", secure=_secure(parts))


def of(records: Store, token: str) -> Person | None:
    """Whose open session a token is; nobody's where they have left."""
    session = store.of_token(records, token, now())
    person = people.get(records, session.person_id) if session is not None else None
    return person if person is not None and not person.left else None


def here(parts: Parts, request: Request) -> Session | None:
    """The session of the browser that asks."""
    return store.of_token(parts.store, request.cookies.get(_cookie_name(parts), ""), now())


def of_person(parts: Parts) -> list[Session]:
    """Where whoever asks is signed in."""
    return store.find(parts.store, parts.viewer.id, now()) if parts.viewer.id is not None else []


def somebody(parts: Parts) -> Person:
    """The person who asks. Raises NoPerson."""
    if parts.viewer.person is None:
        raise NoPerson
    return parts.viewer.person


def sign_out(parts: Parts, number: int | None) -> None:
    """End one session of whoever asks, or all. Raises NoPerson, NotFound."""
    person = somebody(parts)
    ended = store.end(parts.store, person.id, number, now())
    if number is not None and not ended:
        raise NotFound(f"session {number}")
    audit.note(parts, "signed out", f"person/{person.id}", "everywhere" if number is None else f"session {number}")


def _cookie_name(parts: Parts) -> str:
    return Keys(parts.library.secret()).cookie_name


def _secure(parts: Parts) -> bool:
    return (parts.settings.public_url or "").startswith("https:")
