"""Personal tokens over HTTP: a person's own programs sign in with one, and may what the person may."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import audit
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.sessions import somebody
from clips_api.store import people
from clips_api.store import tokens as store
from clips_api.store.database import Store
from clips_api.store.people import Person
from clips_api.store.tokens import Token
from pipeline.errors import Busy, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/tokens", tags=["account"], responses=RESPONSES)
MOST = 20  # tokens of one person
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


class TooMany(Busy):
    """You have as many tokens as one person may have."""

    advice = "End one that you don't use any more."


class Wish(BaseModel):
    """What a token is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Name, Field(examples=["Weekly report"])]


class Known(BaseModel):
    """A token of yours. `used_at` is right to the hour."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls(**{name: value for name, value in asdict(token).items() if name in cls.model_fields})


class Made(Known):
    """A new token. `token` is given once, when it is made: only its hash is kept."""

    token: str


@router.get("")
def find(parts: Given) -> Listing[Known]:
    """Your tokens that work, the newest first."""
    found = [Known.of(one) for one in of_person(parts)]
    return Listing(items=found, total=len(found))


@router.post("", status_code=201, responses=CONFLICT)
def make(parts: Given, body: Wish) -> Made:
    """Make a token. It opens what is yours to see, until you end it or leave."""
    token, secret = add(parts, body.name)
    return Made(**Known.of(token).model_dump(), token=secret)


@router.delete("/{number}", status_code=204, responses=CONFLICT)
def end(parts: Given, number: Annotated[int, Path(ge=1, lt=2**31)]) -> None:
    """End a token of yours: from now on it opens nothing."""
    revoke(parts, number)


def of(records: Store, secret: str) -> Person | None:
    """Whose token somebody shows; nobody's where they have left."""
    token = store.of_secret(records, secret, now()) if secret.startswith(store.MARK) else None
    person = people.get(records, token.person_id) if token is not None else None
    return person if person is not None and not person.left else None


def of_person(parts: Parts) -> list[Token]:
    """The tokens of whoever asks."""
    return store.find(parts.store, parts.viewer.id) if parts.viewer.id is not None else []


def add(parts: Parts, name: str) -> tuple[Token, str]:
    """A new token of whoever asks, and the token itself. Raises NoPerson, TooMany."""
    person = somebody(parts)
    if len(store.find(parts.store, person.id)) >= MOST:
        raise TooMany
    token, secret = store.add(parts.store, person.id, name, now())
    audit.note(parts, "changed", f"person/{person.id}", f"made the token “{name}”")
    return token, secret


def revoke(parts: Parts, number: int) -> None:
    """End a token of whoever asks. Raises NoPerson, NotFound."""
    person = somebody(parts)
    if not store.end(parts.store, person.id, number, now()):
        raise NotFound(f"token {number}")
    audit.note(parts, "changed", f"person/{person.id}", f"ended the token {number}")
