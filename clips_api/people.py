"""People over HTTP: who they are, their teams, and the names that recordings give them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api.answers import Listing
from clips_api.deps import Given
from clips_api.problems import RESPONSES
from clips_api.store import people as store
from clips_api.store.people import Person
from clips_api.telling import channel_of
from pipeline.errors import BadInput

router = APIRouter(prefix="/api/v1/people", tags=["people"], responses=RESPONSES)
MOST = 5000
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]


class Entry(BaseModel):
    """A person. `aliases`: how recordings name them, besides their name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Line, Field(min_length=1, examples=["Sam Ortega"])]
    email: Line | None = Field(None, examples=["sam@example.com"])
    team: Line | None = Field(None, examples=["North"])
    aliases: list[Line] = Field(default_factory=list, max_length=50, examples=[["Sam", "sam.o"]])
    slack: Line | None = Field(None, description="Their Slack member id.", examples=["U0123456789"])

    def as_person(self) -> Person:
        """Raises BadInput for an address that is none."""
        email = (self.email or "").lower() or None
        for address, channel in ((email, "mail"), (self.slack, "slack")):
            if address and channel_of(address) != channel:
                raise BadInput(
                    f"{self.name}: {address!r} is no {'e-mail address' if channel == 'mail' else 'Slack id'}"
                )
        aliases = dict.fromkeys(alias for alias in self.aliases if alias)
        return Person(self.name, email, self.team or None, tuple(aliases), self.slack or None)


class Known(Entry):
    """A person as they are kept."""

    id: int

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(**asdict(person))


class Several(BaseModel):
    """People to add, or to change: whoever has the same e-mail address (without one, the same name)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: list[Entry] = Field(max_length=MOST)


class Kept(BaseModel):
    """What came of it."""

    added: list[str]
    changed: list[str]
    total: int = Field(description="How many are known now.")


@router.get("")
def find(parts: Given) -> Listing[Known]:
    """Everybody, by name."""
    found = [Known.of(one) for one in store.find(parts.store)]
    return Listing(items=found, total=len(found))


@router.put("")
def keep(parts: Given, body: Several) -> Kept:
    """Add people or change them; nobody is removed. All of them or, where one can't be understood, none."""
    added, changed = store.keep(parts.store, [entry.as_person() for entry in body.people])
    return Kept(added=added, changed=changed, total=len(store.find(parts.store)))
