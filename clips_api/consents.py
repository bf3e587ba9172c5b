"""Consents over HTTP: a rep is asked before their clip is an example to others, answers, and is told when it helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from clips_api import audit, clips
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.problems import RESPONSES
from clips_api.store import consents as store
from clips_api.store import people, wins
from clips_api.store.consents import Consent
from clips_api.store.people import Roster
from clips_api.viewer import Viewer
from pipeline.errors import NotAllowed, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/consents", tags=["coaching"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
CLIP = r"^[0-9a-z-]{1,40}$"  # the signs of clip ids
SELDOM = timedelta(days=7)  # how often somebody is told at most that a clip of theirs helps


class Asked(BaseModel):
    """Which clip is to be an example."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip_id: str = Field(pattern=CLIP, examples=["0123456789abcdef-83200-97450"])


class Answer(BaseModel):
    """What the rep says; a manager may write down what they were told in person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agreed: bool


class ConsentShown(BaseModel):
    """One clip that a rep was asked about. `agreed` is null until they answer."""

    id: int
    clip_id: str
    recording_id: str
    person_id: int | None = Field(description="The rep, where they are in the list of people.")
    rep: str | None
    quote: str
    asked_by: str
    asked_at: datetime
    agreed: bool | None
    answered_by: str | None = Field(description="The rep; or the manager who asked them in person.")
    answered_at: datetime | None

    @classmethod
    def of(cls, one: Consent) -> Self:
        return cls(**{name: value for name, value in asdict(one).items() if name in cls.model_fields})


@router.get("")
def find(
    parts: Given,
    waiting: Annotated[bool, Query(description="Only what has no answer yet.")] = False,  # noqa: FBT002
) -> Listing[ConsentShown]:
    """What was asked, the latest first: reps see what they were asked, managers what their people were."""
    found = [ConsentShown.of(one) for one in seen(parts, waiting=waiting)]
    return Listing(items=found, total=len(found))


@router.post("")
def put(parts: Given, body: Asked) -> ConsentShown:
    """Ask a clip's rep whether it may be an example to others. Asked again, it tells what came of it."""
    return ConsentShown.of(ask(parts, body.clip_id))


@router.post("/{number}")
def say(parts: Given, number: Number, body: Answer) -> ConsentShown:
    """Answer, or answer otherwise than before."""
    return ConsentShown.of(answer(parts, number, agreed=body.agreed))


# what lessons, quizzes, collections and notes ask


def may_show(parts: Parts, clip_id: str) -> bool:
    """Whether a clip may be shown to others: its call is there, and its rep agreed to it or to one around it."""
    there = parts.library.known(clip_id.partition("-")[0]) is not None
    return there and store.agreed(parts.store, clip_id)


def ask(parts: Parts, clip_id: str) -> Consent:
    """Ask a clip's rep, unless they were asked; whoever offers a clip of their own agrees. Raises NotFound."""
    standing = store.covers(store.find(parts.store, call=clip_id.partition("-")[0]), clip_id)
    if standing is not None:
        return standing
    clip, at, viewer = clips.resolve(parts, clip_id), now(), parts.viewer
    person = people.roster(parts.store).person(clip.rep)
    own = person is not None and person.id == viewer.id
    wanted = Consent(
        clip_id=clip.id,
        recording_id=clip.recording_id,
        person_id=person.id if person is not None else None,
        rep=clip.rep,
        quote=clip.quote,
        asked_by=viewer.name,
        asked_at=at,
        agreed=True if own else None,
        answered_by=viewer.name if own else None,
        answered_at=at if own else None,
    )
    return store.ask(parts.store, wanted, None if own else person)


def state(parts: Parts, clip_id: str) -> Consent | None:
    """What was asked about a clip and came of it; None where nobody was asked."""
    found = store.find(parts.store, call=clip_id.partition("-")[0])
    return store.covers(found, clip_id) or next((one for one in found if one.clip_id == clip_id), None)


def seen(parts: Parts, *, waiting: bool = False) -> list[Consent]:
    """What this person was asked, or the people whom they coach."""
    viewer = parts.viewer
    if not viewer.may("manager"):
        return store.find(parts.store, person=viewer.id, waiting=waiting) if viewer.id is not None else []
    roster = people.roster(parts.store)
    return [one for one in store.find(parts.store, waiting=waiting) if may_answer(viewer, roster, one)]


def answer(parts: Parts, number: int, *, agreed: bool) -> Consent:
    """Write down an answer: the rep's own, or what a manager was told. Raises NotFound, NotAllowed."""
    asked, viewer, roster = store.one(parts.store, number), parts.viewer, people.roster(parts.store)
    if not may_answer(viewer, roster, asked):
        raise NotFound(f"question {number} about a clip")
    own = asked.person_id is not None and asked.person_id == viewer.id
    person = roster.person(asked.rep)
    if not own and agreed and asked.agreed is False and person is not None and asked.answered_by == person.name:
        raise NotAllowed(f"{person.name} said no; only they can change it")
    by, at = viewer.name if own else f"{viewer.name}, asked in person", now()
    then = partial(wins.answered, parts.store, at=at)  # what they agree to may be a win that their team hears of
    said = store.answer(parts.store, number, agreed=agreed, by=by, at=at, then=then)
    audit.note(parts, "changed", asked.about, f"{'may' if agreed else 'may not'} be an example: clip/{asked.clip_id}")
    return said


def may_answer(viewer: Viewer, roster: Roster, asked: Consent) -> bool:
    """Whether somebody answers for a clip: its rep, and those who look after them."""
    if asked.person_id is not None and asked.person_id == viewer.id:
        return True
    person = next((one for one in roster.people if one.id == asked.person_id), None)
    return viewer.may("manager") and (viewer.sees(asked.rep) if person is None else viewer.coaches(person))


def helped(parts: Parts, clip_ids: Iterable[str], *, at: datetime | None = None) -> None:
    """Tell the reps of these clips that somebody learnt from them: each at most once a week."""
    when = at or now()
    of: dict[int, list[Consent]] = {}
    for clip_id in clip_ids:
        one = state(parts, clip_id)
        if one is not None and one.agreed and one.person_id is not None:
            of.setdefault(one.person_id, []).append(one)
    for person in people.find(parts.store):
        if person.id in of:
            store.helped(parts.store, of[person.id], person, at=when, since=when - SELDOM)
