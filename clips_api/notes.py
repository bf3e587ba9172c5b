"""Coaching notes over HTTP: drafted, written, sent, read, answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import coaching, drafting
from clips_api.answers import Clip, Listing
from clips_api.clips import Cursor
from clips_api.coaching import LONGEST, NoteChange, NoteMade
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.store import notes as store
from clips_api.store import people, remarks
from clips_api.store.notes import Kind, Note, State
from clips_api.store.remarks import Remark
from pipeline.errors import BadInput

router = APIRouter(prefix="/api/v1/notes", tags=["coaching"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
CallId = Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")]
ClipId = Annotated[str | None, Query(pattern=CLIP)]


class Said(BaseModel):
    """Words as they were when the note was written."""

    speaker: str
    text: str


class RemarkShown(BaseModel):
    """What somebody wrote below a note; `at_s` is the second of the call that it is about, null for an answer."""

    id: int
    text: str
    by: str
    at: datetime
    at_s: float | None

    @classmethod
    def of(cls, one: Remark) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class NoteShown(BaseModel):
    """A note with everything under it. `said` and `exemplar` outlive the clip: a new playbook doesn't change them.

    The exemplar's words are null for a rep until whoever said them agrees.
    """

    id: int
    kind: Kind
    recording_id: str
    clip_id: str | None = Field(description="Null: about the whole call.")
    start: float | None
    end: float | None
    said: list[Said]
    tag: str | None
    rep: str | None
    customer: str | None
    started_at: str | None
    person_id: int | None
    person: str | None = Field(description="Who is coached.")
    by: str
    strength: str
    improvement: str
    action: str
    due_on: date | None
    done_at: datetime | None
    exemplar_id: str | None
    exemplar: list[Said] | None
    made_at: datetime
    changed_at: datetime
    sent_at: datetime | None = Field(description="Null: a draft, which only its author sees.")
    acknowledged_at: datetime | None
    version: int
    playable: bool = Field(description="Whether its call is still there to be heard.")
    remarks: list[RemarkShown]

    @classmethod
    def of(cls, parts: Parts, note: Note, under: Iterable[Remark], person: str | None) -> Self:
        same = {name: value for name, value in asdict(note).items() if name in cls.model_fields}
        there = parts.library.known(note.recording_id) is not None
        more = {"start": note.start_s, "end": note.end_s, "person": person, "playable": there}
        if not coaching.hears(parts, note):
            more["exemplar"] = None
        return cls(**same | more, remarks=[RemarkShown.of(one) for one in under])


class DraftShown(BaseModel):
    """What a note may say; nothing is kept. `missing`: the part that was not heard and that the exemplar has."""

    strength: str
    improvement: str
    missing: str | None
    exemplar: Clip | None
    why: str


class Done(BaseModel):
    """Whether the action is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    done: bool = True


class ToSay(BaseModel):
    """An answer; with `at_s`, a comment at this second of the call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True, pattern=r"^[^\x00]*$")
    ]
    at_s: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)


@router.get("")
def find(
    *,
    parts: Given,
    person: Annotated[int | None, Query(ge=1, lt=2**31, description="Who is coached.")] = None,
    call: CallId = None,
    clip: ClipId = None,
    kind: Annotated[Kind | None, Query()] = None,
    state: Annotated[State | None, Query(description="unread: not acknowledged; answered: the rep wrote last.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
) -> Listing[NoteShown]:
    """The notes that you see, the latest first: your own, and those sent to you or to people whom you coach."""
    asked = {"person": person, "call": call, "clip": clip, "kind": kind, "state": state}
    _, name = parts.cursors.read({"notes": asked}, cursor)
    seen = coaching.scope(parts)
    found = store.find(parts.store, seen, limit=limit + 1, before=int(name) if name else None, **asked)
    more = len(found) > limit
    after = parts.cursors.make({"notes": asked}, [], str(found[limit - 1].id)) if more else None
    return Listing(items=shown(parts, found[:limit]), next=after, total=store.count(parts.store, seen, **asked))


@router.get("/draft")
def draft(parts: Given, clip: ClipId = None, call: CallId = None) -> DraftShown:
    """What a note about a clip or a call may say, from what was heard in it."""
    if (clip is None) == (call is None):
        raise BadInput("name a clip or a call")
    made = drafting.of_clip(parts, clip) if clip is not None else drafting.of_call(parts, call or "")
    return DraftShown(**{name: getattr(made, name) for name in DraftShown.model_fields})


@router.post("", status_code=201)
def make(parts: Given, body: NoteMade) -> NoteShown:
    """Write a note: a draft until it is sent. Reps write about the call that was given to them to review."""
    return _shown(parts, coaching.write(parts, body))


@router.get("/{number}")
def show(parts: Given, number: Number) -> NoteShown:
    """One note."""
    return _shown(parts, coaching.one(parts, number))


@router.patch("/{number}", responses=CONFLICT)
def change(parts: Given, number: Number, body: NoteChange) -> NoteShown:
    """Change what you wrote, until the rep has read it."""
    return _shown(parts, coaching.change(parts, number, body))


@router.delete("/{number}", status_code=204, responses=CONFLICT)
def discard(parts: Given, number: Number) -> None:
    """Throw a draft away."""
    coaching.discard(parts, number)


@router.post("/{number}/send")
def send(parts: Given, number: Number) -> NoteShown:
    """Send it to the rep, who is told by e-mail or Slack. Sent again, it changes nothing."""
    return _shown(parts, coaching.send(parts, number))


@router.post("/{number}/acknowledge")
def acknowledge(parts: Given, number: Number) -> NoteShown:
    """Say that you have read it."""
    return _shown(parts, coaching.acknowledge(parts, number))


@router.post("/{number}/done")
def do(parts: Given, number: Number, body: Done) -> NoteShown:
    """Say that the action is done, or that it is not after all."""
    return _shown(parts, coaching.do(parts, number, done=body.done))


@router.post("/{number}/remarks", status_code=201)
def say(parts: Given, number: Number, body: ToSay) -> RemarkShown:
    """Answer, or comment on a second of the call."""
    return RemarkShown.of(coaching.remark(parts, number, body.text, body.at_s))


@router.delete("/{number}/remarks/{remark}", status_code=204)
def unsay(parts: Given, number: Number, remark: Number) -> None:
    """Take out what you wrote below a note."""
    coaching.unsay(parts, number, remark)


def shown(parts: Parts, found: list[Note]) -> list[NoteShown]:
    """Notes as they are answered with."""
    under = remarks.under(parts.store, [one.id for one in found])
    names = {one.id: one.name for one in people.find(parts.store)}
    return [
        NoteShown.of(parts, one, under.get(one.id, ()), names.get(one.person_id) if one.person_id else None)
        for one in found
    ]


def _shown(parts: Parts, note: Note) -> NoteShown:
    return shown(parts, [note])[0]
