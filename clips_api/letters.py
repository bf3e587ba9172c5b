"""What people are told of coaching, in words: notes, answers, contests and decisions, reviews, clips asked for.

None: there is nothing left to say, because it was read, answered or thrown away meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from clips_api.contests import name
from clips_api.deps import Parts
from clips_api.render import counted, day
from clips_api.store import consents, contests, notes, pairs, people, remarks, team_choices, wins
from clips_api.store.notes import Note, Scope
from clips_api.store.outbox import Entry
from clips_api.viewer import OWNER
from pipeline.errors import NotFound
from pipeline.message import Part

Letter = tuple[str, list[Part]] | None
SHOWN = 3  # clips that a message quotes
LONGEST = 600  # code points of what somebody wrote that a message quotes
_EVERYTHING = Scope(None, None)


def note(parts: Parts, entry: Entry) -> Letter:
    """A note was sent."""
    one = _note(parts, entry)
    if one is None or one.acknowledged_at is not None:
        return None
    written = (("What went well", one.strength), ("One thing to try", one.improvement), ("To do", one.action))
    said = [Part(text=f"{what}: {_short(text)}") for what, text in written if text]
    due = [Part(text=f"By {day(one.due_on.isoformat())}.")] if one.action and one.due_on else []
    about = " · ".join(part for part in (one.customer or "", day(one.started_at) if one.started_at else "") if part)
    end = Part(text=f"About your call{f' ({about})' if about else ''}.", link=_link(parts, one.about), label="Open it")
    what = "a review" if one.kind == "peer" else "a coaching note"
    return f"{_who(one.by)} wrote you {what}", [*said, *due, end]


def answer(parts: Parts, entry: Entry) -> Letter:
    """Somebody wrote below a note."""
    one = _note(parts, entry)
    with suppress(NotFound):
        said = remarks.one(parts.store, entry.payload["remark"])
        if one is not None:
            text = [Part(text=f"“{_short(said.text)}”", quote=True)]
            end = Part(text=f"Below the note about {_call(one)}.", link=_link(parts, one.about), label="Answer")
            return f"{_who(said.by)} wrote below a note", [*text, end]
    return None


def contest(parts: Parts, entry: Entry) -> Letter:
    """A rep contests something."""
    with suppress(NotFound):
        one = contests.one(parts.store, entry.payload["contest"])
        if one.upheld is None:
            said = Part(text=f"“{_short(one.reason)}”", quote=True)
            end = Part(text=f"About: {name(one)}.", link=_link(parts, one.about), label="Decide")
            return f"{one.by} contests what was found in a call", [said, end]
    return None


def decided(parts: Parts, entry: Entry) -> Letter:
    """A manager has decided."""
    with suppress(NotFound):
        one = contests.one(parts.store, entry.payload["contest"])
        if one.upheld is not None:
            came = "You were right: it was judged wrong." if one.upheld else "It stays as it was found."
            said = [Part(text=f"“{_short(one.answer)}”", quote=True)] if one.answer else []
            end = Part(text=f"{came} {_who(one.decided_by)} decided.", link=_link(parts, one.about), label="Open it")
            return f"Decided: {name(one)}", [*said, end]
    return None


def review(parts: Parts, entry: Entry) -> Letter:
    """A colleague gave a call to be reviewed."""
    with suppress(NotFound):
        pair = pairs.one(parts.store, entry.payload["pair"])
        whose = people.get(parts.store, pair.reviewed_id)
        if pair.recording_id is not None and pair.note_id is None and whose is not None:
            text = "Listen, then write one strength and one thing to try."
            end = Part(text=text, link=_link(parts, f"calls/{pair.recording_id}"), label="Open the call")
            return f"{whose.name} gave you a call to review", [end]
    return None


def consent(parts: Parts, entry: Entry) -> Letter:
    """A rep is asked about clips of theirs: all that wait for an answer by now."""
    waiting = consents.find(parts.store, person=entry.payload["person"], waiting=True)
    if not waiting:
        return None
    said = [Part(text=f"“{_short(one.quote)}”", quote=True) for one in waiting[:SHOWN] if one.quote]
    rest = f"And {counted(len(waiting) - SHOWN, 'more clip')}. " if len(waiting) > SHOWN else ""
    won = wins.find(parts.store, clips=[one.clip_id for one in waiting])
    praise = [Part(text=f"A win, {_who(one.by)} says: {one.why}") for one in won[:SHOWN]]
    team = f" A win is told to your team{_in_channel(parts, entry.payload['person'])}." if won else ""
    text = f"{rest}Others hear it only if you agree, and you can take it back. Personal data is muted.{team}"
    end = Part(text=text, link=_link(parts, "coaching"), label="Say yes or no")
    what = "a clip of yours" if len(waiting) == 1 else f"{len(waiting)} clips of yours"
    return f"{_who(waiting[-1].asked_by)} asks: may others learn from {what}?", [*said, *praise, end]


def won(parts: Parts, entry: Entry) -> Letter:
    """A clip of a rep who had agreed before that others hear it is a win."""
    with suppress(NotFound):
        one = wins.one(parts.store, entry.payload["win"])
        if not consents.agreed(parts.store, one.clip_id):
            return None
        said = Part(text=f"“{_short(one.why)}”", quote=True)
        channel = _in_channel(parts, entry.payload["person"])
        told = f"You agreed before that others hear it, so your team hears of it{channel}. You can take that back."
        end = Part(text=told, link=_link(parts, "wins"), label="See it")
        return f"{_who(one.by)} marked a clip of yours as a win", [said, end]
    return None


def helped(parts: Parts, entry: Entry) -> Letter:
    """A rep's clips help others."""
    found = []
    for number in entry.payload["consents"]:
        with suppress(NotFound):
            found.append(consents.one(parts.store, number))
    agreed = [one for one in found if one.agreed]
    if not agreed:
        return None
    said = [Part(text=f"“{_short(one.quote)}”", quote=True) for one in agreed[:SHOWN] if one.quote]
    words = f"{counted(len(agreed), 'clip')} of yours"
    end = Part(text="A colleague learnt from it. Thank you.", link=_link(parts, "coaching"), label="See your clips")
    return f"{words} helped somebody", [*said, end]


KINDS: dict[str, Callable[[Parts, Entry], Letter]] = {
    one.__name__: one for one in (note, answer, contest, decided, review, consent, won, helped)
}


def _note(parts: Parts, entry: Entry) -> Note | None:
    with suppress(NotFound):
        return notes.one(parts.store, entry.payload["note"], _EVERYTHING)
    return None


def _call(one: Note) -> str:
    return f"the call with {one.customer}" if one.customer else "a call"


def _who(by: str | None) -> str:
    return "Your manager" if by in (None, OWNER) else str(by)


def _in_channel(parts: Parts, number: int) -> str:
    person = people.get(parts.store, number)
    channel = team_choices.of(parts.store, person.team).channel if person is not None and person.team else ""
    return f", in {channel} too" if channel else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _link(parts: Parts, about: str) -> str:
    """The public address of a page; what the outbox names note/3 is shown at /notes/3."""
    page = about.replace("note/", "notes/", 1).replace("contest/", "contests/", 1)
    return f"{(parts.settings.public_url or '').rstrip('/')}/{page}"
