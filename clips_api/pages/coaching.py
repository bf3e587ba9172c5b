"""Coaching: for managers what waits for them and who was coached when; for reps their notes, reviews and clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import calls, coaching, consents, contests, peers
from clips_api.clips import Cursor
from clips_api.consents import Number
from clips_api.deps import Given, Parts
from clips_api.render import page
from clips_api.store import notes as store
from clips_api.store import people, team_choices, wins
from clips_api.store.notes import Note, State
from clips_api.store.pairs import Pair
from clips_api.store.people import Person
from pipeline.library import now

router = APIRouter(prefix="/coaching")
A_PAGE = 30
CALLS = 30  # of a rep's own that can be given to be reviewed
RECENT = 5  # of a rep's own that are shown


@dataclass(frozen=True)
class Coached:
    """One rep as their manager looks after them."""

    person: Person
    notes: int
    last: datetime | None
    unread: int
    to_do: int
    overdue: int
    called: str | None  # by recordings; None: none is theirs


@dataclass(frozen=True)
class Review:
    """A pair of this month with its names."""

    pair: Pair
    reviewer: Person
    reviewed: Person


@router.get("")
def show(request: Request, parts: Given, done: Annotated[str | None, Query(max_length=20)] = None) -> HTMLResponse:
    """The page of whoever asks: a manager's, or a rep's."""
    at = now()
    today, seen = at.astimezone().date(), coaching.scope(parts)
    waiting = contests.seen(parts, waiting=True)
    person = parts.viewer.person
    asked = [one for one in consents.seen(parts, waiting=True) if parts.library.known(one.recording_id)]
    shared: dict[str, Any] = {
        "done": done,
        "today": today,
        "names": {one.id: one.name for one in people.find(parts.store)},
        "contest_name": contests.name,
        "overdue": coaching.overdue,
        "reviews": reviews(parts, at),
        "asked": asked,
        "channel": team_choices.of(parts.store, person.team).channel if person is not None and person.team else "",
        "won": {one.clip_id: one for one in wins.find(parts.store, clips=[one.clip_id for one in asked])},
    }
    if parts.viewer.may("manager"):
        sent = store.find(parts.store, seen, state="sent")
        mine = store.find(parts.store, seen, state="draft")
        return page(
            request,
            "coaching.html",
            contests=[one for one in waiting if one.person_id != parts.viewer.id],
            answered=[one for one in store.find(parts.store, seen, state="answered") if coaching.is_author(parts, one)],
            drafts=[one for one in mine if coaching.is_author(parts, one)],
            coached=coached(parts, sent, today),
            any_people=bool(people.find(parts.store)),
            **shared,
        )
    mine = store.find(parts.store, seen, person=parts.viewer.id, state="sent")
    written = [one for one in store.find(parts.store, seen, author=parts.viewer.id) if parts.viewer.id is not None]
    own = calls.lines(parts, dict.fromkeys(ASKED), limit=CALLS, cursor=None).rows
    return page(
        request,
        "coaching_rep.html",
        notes=mine,
        written=written,
        contests=contests.seen(parts),
        answered_clips=[one for one in consents.seen(parts) if one.agreed is not None],
        calls=[row for row in own if parts.viewer.sees(row["rep"])],
        recent=RECENT,
        **shared,
    )


@router.get("/notes")
def all_notes(
    request: Request,
    parts: Given,
    person: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    state: Annotated[State | None, Query()] = None,
    cursor: Cursor = None,
) -> HTMLResponse:
    """Every note that this person sees, the latest first."""
    asked = {"person": person, "state": state}
    _, name = parts.cursors.read({"coaching": asked}, cursor)
    seen = coaching.scope(parts)
    found = store.find(parts.store, seen, limit=A_PAGE + 1, before=int(name) if name else None, **asked)
    more = parts.cursors.make({"coaching": asked}, [], str(found[A_PAGE - 1].id)) if len(found) > A_PAGE else None
    who = next((one for one in people.find(parts.store) if one.id == person), None)
    return page(
        request,
        "coaching_notes.html",
        notes=found[:A_PAGE],
        more=more,
        who=who if who is not None and (parts.viewer.coaches(who) or who.id == parts.viewer.id) else None,
        person=person,
        state=state,
        total=store.count(parts.store, seen, **asked),
        names={one.id: one.name for one in people.find(parts.store)},
        today=now().astimezone().date(),
        overdue=coaching.overdue,
    )


@router.post("/clips/{number}")
def answer(parts: Given, number: Number, agreed: Annotated[str, Form(pattern="^[01]$")]) -> RedirectResponse:
    """Say whether a clip may be an example: the rep, or the manager who asked them in person."""
    consents.answer(parts, number, agreed=agreed == "1")
    return RedirectResponse("/coaching?done=answered#clips", 303)


@router.post("/reviews/{number}")
def give(parts: Given, number: Number, call: Annotated[str, Form(max_length=16)] = "") -> RedirectResponse:
    """Give the reviewer a call of one's own to hear; an empty one takes it back."""
    peers.lend(parts, number, call or None)
    return RedirectResponse("/coaching#reviews", 303)


ASKED = ("rep", "customer", "type", "since", "until", "unknown", "unclear")  # what a list of calls can be asked


def reviews(parts: Parts, at: datetime) -> list[Review]:
    """This month's pairs that this person sees."""
    known = {one.id: one for one in people.find(parts.store)}
    return [Review(one, known[one.reviewer_id], known[one.reviewed_id]) for one in peers.of_month(parts, at)]


def coached(parts: Parts, sent: Sequence[Note], today: date) -> list[Coached]:
    """Everybody whom this person looks after; who has waited longest for a note comes first."""
    roster = people.roster(parts.store)
    called = {person.id: name for name in _reps(parts) if (person := roster.person(name)) is not None}
    found = []
    for one in roster.people:
        if one.left_at is not None or one.role != "rep" or not parts.viewer.coaches(one):
            continue
        mine = [note for note in sent if note.person_id == one.id]
        open_ones = [note for note in mine if note.action and note.done_at is None]
        found.append(
            Coached(
                person=one,
                notes=len(mine),
                last=max((note.sent_at for note in mine if note.sent_at is not None), default=None),
                unread=sum(note.acknowledged_at is None for note in mine),
                to_do=len(open_ones),
                overdue=sum(coaching.overdue(note, today) for note in open_ones),
                called=called.get(one.id),
            )
        )
    return sorted(found, key=lambda one: (one.last is not None, one.last, one.person.name.casefold()))


def _reps(parts: Parts) -> list[str]:
    return [row["name"] for row in parts.database.rows("reps")]
