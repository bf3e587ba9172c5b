"""Coaching: who may write a note about which call, who reads it, and what happens on the way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import audit, clips, consents, rights
from clips_api.answers import Clip
from clips_api.collections_shown import CLIP
from clips_api.deps import Parts
from clips_api.documents import described
from clips_api.problems import NotNow
from clips_api.store import notes as store
from clips_api.store import pairs, people, remarks, uses
from clips_api.store.notes import Note, Scope, Words
from clips_api.store.people import Person
from clips_api.store.remarks import Remark
from pipeline.errors import BadInput, NotAllowed, NotFound
from pipeline.library import now

LONGEST = 4000  # code points of one text
Prose = Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=True, pattern=r"^[^\x00]*$")]


class Written(BaseModel):
    """What somebody writes in a note. What is left out stays as it is; `due_on` and `exemplar_id`: null for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strength: Prose = Field("", description="What went well, with the words where there are any.")
    improvement: Prose = Field("", description="One thing to do otherwise.")
    action: Prose = Field("", description="What the rep will do.")
    due_on: date | None = Field(None, description="By when.")
    exemplar_id: str | None = Field(None, pattern=CLIP, description="A clip to copy.")
    person_id: int | None = Field(None, ge=1, lt=2**31, description="Who is coached; else whoever the call names.")


class NoteMade(Written):
    """A note about a clip, or about a whole call."""

    clip_id: str | None = Field(None, pattern=CLIP)
    recording_id: str | None = Field(None, pattern=r"^[0-9a-f]{16}$")


class NoteChange(Written):
    """What changes about a note."""

    version: int | None = Field(None, ge=1, lt=2**31, description="As it was read; an older one is refused (409).")


def scope(parts: Parts) -> Scope:
    """The notes that this person sees: their own, those sent to them, and those sent to the people whom they coach."""
    viewer = parts.viewer
    if viewer.sees_all:
        return Scope(viewer.id, None)
    coached = {one.id for one in people.find(parts.store) if viewer.coaches(one)}
    return Scope(viewer.id, tuple(coached | {viewer.id} if viewer.id is not None else coached))


def one(parts: Parts, number: int) -> Note:
    """One note. Raises NotFound where it is not there, or not this person's to see."""
    return store.one(parts.store, number, scope(parts))


def is_author(parts: Parts, note: Note) -> bool:
    """Whether this person wrote it."""
    return note.author_id == parts.viewer.id and (note.author_id is not None or note.by == parts.viewer.name)


def is_coached(parts: Parts, note: Note) -> bool:
    """Whether it is written to this person."""
    return note.person_id is not None and note.person_id == parts.viewer.id


def may_write(parts: Parts, recording_id: str) -> bool:
    """Whether this person may write a note about a call: managers, and the rep who was given it to review."""
    viewer = parts.viewer
    if viewer.may("manager"):
        return True
    return viewer.id is not None and pairs.lent(parts.store, viewer.id, recording_id) is not None


def write(parts: Parts, given: NoteMade) -> Note:
    """Keep a draft. Raises NotFound, NotAllowed, BadInput."""
    if (given.clip_id is None) == (given.recording_id is None):
        raise BadInput("a note is about a clip or about a call: name one of them")
    clip = clips.resolve(parts, given.clip_id) if given.clip_id else None
    call = rights.call(parts, clip.recording_id if clip else given.recording_id or "")
    if not may_write(parts, call.id):
        raise NotAllowed("a review needs a call that its rep gave you to hear")
    viewer, at = parts.viewer, now()
    pair = None if viewer.may("manager") else pairs.lent(parts.store, viewer.id or 0, call.id)
    if pair is not None and pair.note_id is not None:
        raise BadInput("you have begun this review already")
    recording = described(call)
    rep = recording.rep if recording is not None else None
    about: dict[str, Any] = (
        {"clip_id": clip.id, "start_s": clip.start, "end_s": clip.end, "said": words(clip), "tag": clip.tag}
        if clip is not None
        else {}
    )
    note = Note(
        kind="coaching" if pair is None else "peer",
        recording_id=call.id,
        by=viewer.name,
        author_id=viewer.id,
        made_at=at,
        changed_at=at,
        rep=rep,
        customer=recording.customer if recording is not None else None,
        started_at=recording.started_at.isoformat() if recording is not None and recording.started_at else None,
        **about,
        **_texts(parts, given, rep),
    )
    made = store.make(parts.store, note)
    if pair is not None:
        pairs.written(parts.store, pair.id, made.id)
    return made


def change(parts: Parts, number: int, given: NoteChange) -> Note:
    """Change a note. Raises NotFound, NotAllowed, Overtaken, and NotNow once it was acknowledged."""
    note = _own(parts, number)
    if note.acknowledged_at is not None:
        raise NotNow(f"{_coached(parts, note).name} has read it already: write below it what you want to add")
    changes = _texts(parts, given, note.rep, only=given.model_fields_set)
    if note.sent_at is not None:
        changes.pop("person_id", None)
    return store.change(parts.store, number, changes, version=given.version, at=now())


def send(parts: Parts, number: int) -> Note:
    """Send a draft to the rep. Raises NotFound, NotAllowed, and BadInput where nobody or nothing can be sent."""
    note = _own(parts, number)
    person = _coached(parts, note)
    if person.id == parts.viewer.id:
        raise BadInput("a note goes to somebody else")
    if not (note.strength or note.improvement or note.action):
        raise BadInput("there is nothing in it yet: write a strength, something to improve, or an action")
    with suppress(NotFound):  # a clip whose call is gone by now stays as words
        if note.exemplar_id is not None and not _is_theirs(parts, note.exemplar_id, person):
            consents.ask(parts, note.exemplar_id)
    sent = store.send(parts.store, number, person, now())
    audit.note(parts, "sent", note.about, f"to person/{person.id}")
    if note.exemplar_id is not None and note.sent_at is None:
        uses.note(parts.store, "attached", clip=note.exemplar_id, by=parts.viewer.name, at=now())
    return sent


def acknowledge(parts: Parts, number: int) -> Note:
    """The rep has read it; whose clip they were given to copy is told that it helps. Raises NotFound, NotAllowed."""
    note = one(parts, number)
    if not is_coached(parts, note) or note.sent_at is None:
        raise NotAllowed("only whoever it is written to says that they have read it")
    read = store.acknowledge(parts.store, number, now())
    if note.exemplar_id is not None and note.acknowledged_at is None:
        consents.helped(parts, [note.exemplar_id])
    return read


def do(parts: Parts, number: int, *, done: bool) -> Note:
    """Its action is done, or is not after all. Raises NotFound, BadInput."""
    note = one(parts, number)
    if not note.action:
        raise BadInput("no action was agreed in this note")
    return store.do(parts.store, number, now() if done else None)


def discard(parts: Parts, number: int) -> None:
    """Throw a draft away. Raises NotFound, NotAllowed, NotNow."""
    if _own(parts, number).sent_at is not None:
        raise NotNow("it was sent; what was sent stays")
    store.remove(parts.store, number)


def remark(parts: Parts, number: int, text: str, at_s: float | None) -> Remark:
    """Write below a note, or at a time of its call; the other side is told. Raises NotFound."""
    note, viewer = one(parts, number), parts.viewer
    other = note.author_id if is_coached(parts, note) else note.person_id
    told = people.get(parts.store, other) if note.sent_at is not None and other is not None else None
    said = Remark(note_id=number, text=text, by=viewer.name, at=now(), person_id=viewer.id, at_s=at_s)
    return remarks.add(parts.store, said, told if told is None or told.id != viewer.id else None)


def unsay(parts: Parts, number: int, remark_id: int) -> None:
    """Take a remark of one's own out. Raises NotFound."""
    one(parts, number)
    said = remarks.one(parts.store, remark_id)
    if said.note_id != number or said.person_id != parts.viewer.id or said.by != parts.viewer.name:
        raise NotFound(f"remark {remark_id} of yours")
    remarks.remove(parts.store, remark_id)


def hears(parts: Parts, note: Note) -> bool:
    """Whether this person may hear the clip to copy; where its call is gone, managers still read what is left of it."""
    if note.exemplar_id is None or parts.viewer.sees_all:
        return True
    with suppress(NotFound):
        return bool(clips.resolve(parts, note.exemplar_id).id)
    return is_author(parts, note)


def words(clip: Clip) -> Words:
    """What is said in a clip, as a note keeps it."""
    both = ((clip.speaker, clip.quote), (clip.reply_speaker or "unknown", clip.reply))
    return [{"speaker": speaker, "text": text} for speaker, text in both if text]


def coached_by_name(parts: Parts, note: Note) -> Person | None:
    """Who is coached: whoever was chosen, else whom the call names; None where nobody is known by that name."""
    if note.person_id is not None:
        return people.get(parts.store, note.person_id)
    return people.roster(parts.store).person(note.rep)


def _texts(parts: Parts, given: Written, rep: str | None, only: set[str] | None = None) -> dict[str, Any]:
    """The columns that somebody wrote."""
    wanted = set(Written.model_fields) if only is None else only & set(Written.model_fields)
    values = given.model_dump(include=wanted)
    if "exemplar_id" in values:
        copied = values["exemplar_id"]
        values["exemplar"] = words(clips.resolve(parts, copied)) if copied is not None else None
    if only is None and given.person_id is None:
        person = people.roster(parts.store).person(rep)
        values["person_id"] = person.id if person is not None else None
    elif given.person_id is not None:
        chosen = people.get(parts.store, given.person_id)
        if chosen is None or not (parts.viewer.coaches(chosen) or parts.viewer.roster.person(rep) == chosen):
            raise NotFound(f"person {given.person_id}")
    return values


def _own(parts: Parts, number: int) -> Note:
    note = one(parts, number)
    if not is_author(parts, note):
        raise NotAllowed(f"{note.by} wrote it; write below it instead")
    return note


def _coached(parts: Parts, note: Note) -> Person:
    person = coached_by_name(parts, note)
    if person is None:
        who = f"{note.rep} is in no list of people" if note.rep else "nobody knows whose call this is"
        raise BadInput(f"{who}: choose who is coached, or add them under People")
    if person.left_at is not None:
        raise BadInput(f"{person.name} has left")
    return person


def _is_theirs(parts: Parts, clip_id: str, person: Person) -> bool:
    whose = people.roster(parts.store).person(clips.resolve(parts, clip_id).rep)
    return whose is not None and whose.id == person.id


def overdue(note: Note, today: date) -> bool:
    """Whether its action should have been done."""
    return note.done_at is None and note.due_on is not None and note.due_on < today
