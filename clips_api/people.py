"""People over HTTP: who they are, their role and team, where they are, and the names that recordings give them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import audit
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES, NotNow
from clips_api.reaching import MEMBER
from clips_api.store import people as store
from clips_api.store import sessions, tokens
from clips_api.store.people import Person, Plan, Role, Told
from clips_api.telling import channel_of
from pipeline import countries
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/people", tags=["people"], responses=RESPONSES)
MOST = 5000
Number = Annotated[int, Path(ge=1, lt=2**63)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
FIELDS = {  # as people say them, in the order of a form
    "name": "name",
    "email": "e-mail",
    "role": "role",
    "team": "team",
    "aliases": "aliases",
    "country": "country",
    "zone": "time zone",
    "slack": "Slack",
}


class Entry(BaseModel):
    """A person. `aliases`: how recordings name them, besides their name. What is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Line, Field(min_length=1, examples=["Sam Ortega"])]
    email: Line | None = Field(None, examples=["sam@example.com"])
    team: Line | None = Field(None, examples=["North"])
    aliases: list[Line] = Field(default_factory=list, max_length=50, examples=[["Sam", "sam.o"]])
    slack: Line | None = Field(None, description="Their Slack member id.", examples=["U0123456789"])
    role: Role = "rep"
    country: Line | None = Field(None, description="Two letters (ISO 3166).", examples=["DE"])
    zone: Line | None = Field(None, description="Their time zone.", examples=["Europe/Berlin"])

    def told(self) -> Told:
        """What it says of a person. Raises BadInput for an address, a country or a time zone that is none."""
        email = (self.email or "").lower() or None
        if email and not _is_mail(email):
            raise BadInput(f"{self.name}: {email!r} is no e-mail address")
        if self.slack and not MEMBER.fullmatch(self.slack):
            raise BadInput(f"{self.name}: {self.slack!r} is no Slack member id, which looks like U0123456789")
        try:
            country = countries.country(self.country) if self.country else None
            zone = countries.zone(self.zone) if self.zone else None
        except BadInput as error:
            raise BadInput(f"{self.name}: {error.detail}") from error
        aliases = tuple(dict.fromkeys(alias for alias in self.aliases if alias))
        person = Person(self.name, email, self.team or None, aliases, self.slack or None, self.role, country, zone)
        return Told(person, frozenset(FIELDS) - self.model_fields_set)


class Known(Entry):
    """A person as they are kept."""

    id: int
    left_at: datetime | None = Field(description="Since then they can't sign in and get nothing.")

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(**asdict(person))


class Several(BaseModel):
    """People to add, or to change: whoever has the same e-mail address (without one, the same name)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: list[Entry] = Field(max_length=MOST)


class Change(BaseModel):
    """What changes in one field."""

    field: str = Field(examples=["team"])
    before: str | None
    after: str | None


class Changed(BaseModel):
    """What changes about one person."""

    name: str
    changes: list[Change]


class Kept(BaseModel):
    """What came of it, or would."""

    added: list[str]
    changed: list[str]
    changes: list[Changed] = Field(description="What changed about each.")
    total: int = Field(description="How many are known now.")


@router.get("")
def find(parts: Given) -> Listing[Known]:
    """Everybody, by name."""
    found = [Known.of(one) for one in store.find(parts.store)]
    return Listing(items=found, total=len(found))


@router.put("")
def keep(parts: Given, body: Several) -> Kept:
    """Add people or change them; nobody is removed. All of them or, where one can't be understood, none."""
    plan = kept(parts, [entry.told() for entry in body.people])
    return _told(plan, len(store.find(parts.store)))


@router.post("/preview")
def preview(parts: Given, body: Several) -> Kept:
    """What the same would come to, without doing it."""
    known = store.find(parts.store)
    return _told(store.planned(known, [entry.told() for entry in body.people]), len(known))


@router.get("/{number}")
def one(parts: Given, number: Number) -> Known:
    """One person."""
    return Known.of(person(parts, number))


@router.post("/{number}/leave", responses=CONFLICT)
def leave(parts: Given, number: Number) -> Known:
    """They left: from now on they can't sign in and get nothing. What they wrote, and their calls, stay."""
    return Known.of(gone(parts, number, left=True))


@router.post("/{number}/return")
def come_back(parts: Given, number: Number) -> Known:
    """They are back."""
    return Known.of(gone(parts, number, left=False))


def person(parts: Parts, number: int) -> Person:
    """One person. Raises NotFound."""
    found = store.get(parts.store, number)
    if found is None:
        raise NotFound(f"person {number}")
    return found


def kept(parts: Parts, given: list[Told]) -> Plan:
    """Keep people, and write down who did."""
    plan = store.keep(parts.store, given)
    for before, after in plan.changed:
        audit.note(parts, "changed", f"person/{before.id}", ", ".join(one.field for one in differences(before, after)))
    if plan.added:
        audit.note(parts, "changed", "people", f"{len(plan.added)} added")
    return plan


def saved(parts: Parts, number: int, told: Told) -> Person:
    """Write one person (0: a new one), and who did. Raises NotFound, BadInput."""
    before = person(parts, number) if number else None
    after = store.save(parts.store, told.over(before) if before is not None else told.person)
    what = ", ".join(one.field for one in differences(before, after)) if before is not None else "added"
    if before != after:
        audit.note(parts, "changed", f"person/{after.id}", what)
    return after


def gone(parts: Parts, number: int, *, left: bool) -> Person:
    """Somebody left, which ends their sessions and tokens, or is back. Raises NotFound, and NotNow for oneself."""
    found, at = person(parts, number), now()
    if left and number == parts.viewer.id:
        raise NotNow("You can't take yourself out; another admin can.")
    if found.left != left:
        found = store.change(parts.store, number, left_at=at if left else None)
        if left:
            sessions.end(parts.store, number, None, at)
            for token in tokens.find(parts.store, number):
                tokens.end(parts.store, number, token.id, at)
        audit.note(parts, "changed", f"person/{number}", "left" if left else "came back")
    return found


def differences(before: Person, after: Person) -> list[Change]:
    """What changed about somebody, in the words of the form."""
    pairs = [(said, _shown(before, name), _shown(after, name)) for name, said in FIELDS.items()]
    return [Change(field=said, before=old, after=new) for said, old, new in pairs if old != new]


def _told(plan: Plan, total: int) -> Kept:
    changes = [Changed(name=new.name, changes=differences(old, new)) for old, new in plan.changed]
    return Kept(
        added=[person.name for person in plan.added],
        changed=[one.name for one in changes],
        changes=changes,
        total=total,
    )


def _shown(person: Person, name: str) -> str | None:
    value: Any = getattr(person, name)
    return ", ".join(value) or None if isinstance(value, tuple) else value


def _is_mail(address: str) -> bool:
    try:
        return channel_of(address) == "mail"
    except BadInput:
        return False
