"""What waits for a manager's answer, from wherever it comes: each source is one function of its own noun."""

from __future__ import annotations

from collections.abc import Iterator

from clips_api import coaching, consents, contests, marking
from clips_api.deps import Parts
from clips_api.render import counted
from clips_api.store import notes, remarks
from clips_api.today import Source, Waiting


def files(parts: Parts) -> Iterator[Waiting]:
    """Recordings that could not become calls."""
    number = sum(row["calls"] for row in parts.database.rows("states") if row["state"] in ("quarantined", "unreadable"))
    if number:
        told = f"{counted(number, 'recording needs', 'recordings need')} you to say what to do."
        yield Waiting("A recording needs you", told, "/status", "Look")


def voices(parts: Parts) -> Iterator[Waiting]:
    """Calls of which nobody knows which voice is whose."""
    number = parts.database.rows("unknown_calls")[0]["unclear"]
    if number:
        told = f"In {counted(number, 'call')} it is open which voice is whose. Two buttons settle it."
        yield Waiting("Whose voice is it?", told, "/calls?unclear=1", "Listen")


def contested(parts: Parts) -> Iterator[Waiting]:
    """What reps contest in their calls."""
    for one in contests.seen(parts, waiting=True):
        if one.person_id != parts.viewer.id:
            title = f"{one.by} contests: {contests.name(one)}"
            yield Waiting(title, one.reason, f"/contests/{one.id}", "Decide", one.at)


def answered(parts: Parts) -> Iterator[Waiting]:
    """Answers below this person's own notes."""
    found = notes.find(parts.store, coaching.scope(parts), state="answered")
    under = remarks.under(parts.store, [one.id for one in found if coaching.is_author(parts, one)])
    for number, said in under.items():
        yield Waiting(f"{said[-1].by} answered", said[-1].text, f"/notes/{number}#remarks", "Answer", said[-1].at)


def to_mark(parts: Parts) -> Iterator[Waiting]:
    """Answers in own words that nobody has marked."""
    for one in marking.waiting(parts):
        title, given = f"{one.person.name} answered in own words", " ".join(one.answer.given)
        yield Waiting(title, given, "/marking", "Mark", one.answer.saved_at)


def asked(parts: Parts) -> Iterator[Waiting]:
    """Clips of which nobody but a manager can say whether others may hear them: their rep is in no list."""
    number = sum(one.person_id is None for one in consents.seen(parts, waiting=True))
    if number:
        told = f"{counted(number, 'kept clip waits', 'kept clips wait')} until somebody says that others may hear it."
        yield Waiting("May others hear it?", told, "/coaching#clips", "Answer")


SOURCES: tuple[Source, ...] = (contested, answered, to_mark, asked, voices, files)
