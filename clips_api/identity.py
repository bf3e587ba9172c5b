"""Whose a request is: told by the sign-in secret or a personal token, else by the cookie of a session."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import Request

from clips_api import sessions, tokens
from clips_api.deps import Parts
from clips_api.keyring import Keys
from clips_api.store import people
from clips_api.store.people import Person
from clips_api.viewer import HOUSE, Viewer


@dataclass(frozen=True)
class Shown:
    """What a request shows of who sent it: a bearer token, and the cookie that browsers send by themselves."""

    bearer: str | None
    cookie: str

    @classmethod
    def by(cls, request: Request, keys: Keys) -> Shown:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        bearer = value.strip() if kind.lower() == "bearer" else None
        return cls(bearer, request.cookies.get(keys.cookie_name, ""))


def viewer(parts: Parts, keys: Keys, shown: Shown) -> Viewer | None:
    """Who asks; None: nobody whom we know. A bearer token that is wrong is not made good by a cookie."""
    owner = keys.is_secret(shown.bearer) if shown.bearer is not None else keys.is_cookie(shown.cookie)
    if owner:
        return replace(HOUSE, roster=people.roster(parts.store))
    person = _person(parts, shown)
    return Viewer(person.role, person, people.roster(parts.store)) if person is not None else None


def _person(parts: Parts, shown: Shown) -> Person | None:
    if shown.bearer is not None:
        return tokens.of(parts.store, shown.bearer)
    return sessions.of(parts.store, shown.cookie) if shown.cookie else None
