"""A coaching note: drafted from a moment, edited, sent; read, answered, its action done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import clips, coaching, consents, drafting, reaching, rights, telling
from clips_api.answers import Clip
from clips_api.coaching import NoteChange, NoteMade
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.documents import described
from clips_api.notes import Number
from clips_api.pages.note_form import Fields, read, seconds, written
from clips_api.problems import Overtaken
from clips_api.render import page
from clips_api.spans import Span
from clips_api.store import notes as store
from clips_api.store import people, remarks
from clips_api.store.consents import Consent
from clips_api.store.notes import Note
from clips_api.store.people import Person
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter()
Text = Annotated[str, Form(max_length=20_000)]
SAID = {
    "saved": "Saved. Only you see it until you send it.",
    "sent": "Sent.",
    "read": "Thank you: {by} sees that you have read it.",
    "said": "Written.",
    "changed": "Saved.",
}


@dataclass(frozen=True)
class Example:
    """A clip that may be copied, and what stands in the way of the rep hearing it."""

    clip_id: str
    clip: Clip | None  # None: its call is gone, or not this person's to see
    own: bool  # the coached rep's own
    asked: Consent | None

    @property
    def open(self) -> bool:
        """Whether the coached rep hears it today."""
        return self.own or (self.asked is not None and bool(self.asked.agreed))


@router.get("/notes/new")
def new(
    request: Request,
    parts: Given,
    clip: Annotated[str | None, Query(pattern=CLIP)] = None,
    call: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
) -> HTMLResponse:
    """A note about a clip or a call, drafted; nothing is kept until it is saved or sent."""
    if (clip is None) == (call is None):
        raise BadInput("a note is about a clip or about a call")
    about = clips.resolve(parts, clip) if clip is not None else None
    folder = rights.call(parts, about.recording_id if about else call or "")
    recording = described(folder)
    drafted = drafting.of_clip(parts, clip) if clip is not None else drafting.of_call(parts, folder.id)
    rep = recording.rep if recording is not None else None
    person = people.roster(parts.store).person(rep)
    note = Note(
        kind="coaching" if parts.viewer.may("manager") else "peer",
        recording_id=folder.id,
        by=parts.viewer.name,
        made_at=now(),
        changed_at=now(),
        clip_id=clip,
        start_s=about.start if about else None,
        end_s=about.end if about else None,
        said=coaching.words(about) if about else [],
        tag=about.tag if about else None,
        rep=rep,
        customer=recording.customer if recording is not None else None,
        started_at=recording.started_at.isoformat() if recording is not None and recording.started_at else None,
        person_id=person.id if person is not None else None,
        strength=drafted.strength,
        improvement=drafted.improvement,
        exemplar_id=drafted.exemplar.id if drafted.exemplar is not None else None,
    )
    offered = [_example(parts, one.id, person) for one in drafted.exemplars]
    mine = store.find(parts.store, coaching.scope(parts), call=folder.id, state="draft")
    return _form(request, parts, note, offered=offered, why=drafted.why, drafts=mine)


@router.post("/notes")
def make(parts: Given, form: Fields) -> Response:
    """Keep a new note; with the button “Send”, send it too."""
    about = {name: form.get(name) or None for name in ("clip_id", "recording_id")}
    note = coaching.write(parts, read(NoteMade, {**written(form), **about}))
    return _saved(parts, note.id, send=form.get("act") == "send")


@router.get("/notes/{number}")
def show(
    request: Request, parts: Given, number: Number, done: Annotated[str | None, Query(max_length=20)] = None
) -> HTMLResponse:
    """One note; its author edits it here until it is sent."""
    return _page(request, parts, coaching.one(parts, number), done=done)


@router.post("/notes/{number}")
def change(request: Request, parts: Given, number: Number, form: Fields) -> Response:
    """Save what was changed; with the button “Send”, send it too."""
    given = read(NoteChange, {**written(form), "version": form.get("version") or None})
    try:
        coaching.change(parts, number, given)
    except Overtaken:
        return _page(request, parts, coaching.one(parts, number), overtaken=given, code=409)
    return _saved(parts, number, send=form.get("act") == "send")


@router.post("/notes/{number}/{what}")
def act(
    *,
    parts: Given,
    number: Number,
    what: Annotated[str, Path(pattern="^(send|acknowledge|do|remark|discard|unsay)$")],
    text: Text = "",
    at: Annotated[str, Form(max_length=20)] = "",
    done: Annotated[str, Form(max_length=1)] = "",
    remark: Annotated[int, Form(ge=0, lt=2**31)] = 0,
) -> RedirectResponse:
    """Send it, say that it was read, that its action is done; write below it, or take that out; throw it away."""
    if what == "send":
        return _saved(parts, number, send=True)
    if what == "discard":
        coaching.discard(parts, number)
        return RedirectResponse("/coaching", 303)
    if what == "acknowledge":
        coaching.acknowledge(parts, number)
        return RedirectResponse(f"/notes/{number}?done=read", 303)
    if what == "do":
        coaching.do(parts, number, done=bool(done))
    elif what == "unsay":
        coaching.unsay(parts, number, remark)
    elif not text.strip():
        raise BadInput("nothing was written")
    else:
        coaching.remark(parts, number, text.strip()[: coaching.LONGEST], seconds(at))
    return RedirectResponse(f"/notes/{number}#remarks", 303)


def _saved(parts: Parts, number: int, *, send: bool) -> RedirectResponse:
    if not send:
        return RedirectResponse(f"/notes/{number}?done=saved", 303)
    try:
        coaching.send(parts, number)
    except BadInput:  # it is kept: the page says what is missing
        return RedirectResponse(f"/notes/{number}?done=unsent", 303)
    return RedirectResponse(f"/notes/{number}?done=sent", 303)


def _example(parts: Parts, name: str, person: Person | None) -> Example:
    try:
        clip = clips.resolve(parts, name)
    except NotFound:
        return Example(name, None, own=False, asked=None)
    whose = people.roster(parts.store).person(clip.rep)
    own = whose is not None and person is not None and whose.id == person.id
    return Example(name, clip, own=own, asked=consents.state(parts, name))


def _form(request: Request, parts: Parts, note: Note, code: int = 200, **more: Any) -> HTMLResponse:
    """The page on which a note is written."""
    person = coaching.coached_by_name(parts, note)
    own = {"done": None, "overtaken": None, "why": "", "drafts": [], "offered": [], "under": []} | more
    if not own["offered"] and note.exemplar_id is not None:
        own["offered"] = [_example(parts, note.exemplar_id, person)]
    return page(
        request,
        "note_edit.html",
        code,
        note=note,
        given=own["overtaken"] or note,
        person=person,
        missing=_missing(parts, note, person),
        people=[one for one in people.find(parts.store) if one.left_at is None and parts.viewer.coaches(one)],
        playable=_playable(parts, note),
        today=now().astimezone().date(),
        **own,
    )


def _page(
    request: Request, parts: Parts, note: Note, *, code: int = 200, done: str | None = None, **more: Any
) -> HTMLResponse:
    under = remarks.under(parts.store, [note.id]).get(note.id, [])
    author = coaching.is_author(parts, note)
    if author and note.sent_at is None:
        return _form(request, parts, note, code, done=done, under=under, **more)
    person = coaching.coached_by_name(parts, note)
    return page(
        request,
        "note.html",
        code,
        note=note,
        person=person,
        under=under,
        author=author,
        coached=coaching.is_coached(parts, note),
        example=_example(parts, note.exemplar_id, person) if note.exemplar_id is not None else None,
        exemplar=note.exemplar if coaching.hears(parts, note) else None,
        playable=_playable(parts, note),
        may_change=author and note.acknowledged_at is None,
        told=_told(parts, person),
        done=SAID.get(done or "", "").format(by=note.by),
        overdue=coaching.overdue(note, now().astimezone().date()),
        **({"overtaken": None} | more),
    )


def _playable(parts: Parts, note: Note) -> bool:
    """Whether what it is about can still be heard by this person."""
    try:
        rights.call(parts, note.recording_id)
        if note.clip_id is not None:
            Span.parse(note.clip_id)
    except NotFound:
        return False
    return True


def _missing(parts: Parts, note: Note, person: Person | None) -> str:
    """What keeps it from being sent; nothing where it can be."""
    if person is None:
        who = f"{note.rep} is in no list of people" if note.rep else "Nobody knows whose call this is"
        return f"{who}. Choose who is coached, or add them under People."
    if person.left_at is not None:
        return f"{person.name} has left."
    if person.id == parts.viewer.id:
        return "This is a call of your own."
    return ""


def _told(parts: Parts, person: Person | None) -> str:
    """Why nobody is told of it, where nobody is."""
    way = reaching.way(person) if person is not None else None
    if person is None or way is None:
        return f"{person.name if person else 'The rep'} has neither an e-mail address nor a Slack id here"
    return telling.held(parts.settings, way[0]) or ""
