"""Who may see and hear what: calls by whose they are, clips also by the library, personal data by asking."""

from __future__ import annotations

from collections.abc import Iterable

from clips_api import audit, documents
from clips_api.deps import Parts
from clips_api.spans import Span
from clips_api.store import consents, kept, notes, pairs, wins
from pipeline.errors import NotFound
from pipeline.folder import CallFolder


def call(parts: Parts, recording_id: str) -> CallFolder:
    """A call's folder, in quarantine too. Raises NotFound where it is not there, or not this person's to see."""
    found = parts.library.known(recording_id)
    if found is None or not sees(parts, found):
        raise NotFound(f"call {recording_id}")
    return found


def sees(parts: Parts, found: CallFolder) -> bool:
    """Whether a call is this person's to see; a rep also sees the one that a colleague gave them to review."""
    viewer = parts.viewer
    if viewer.sees_all:
        return True
    recording = documents.described(found)
    if viewer.sees(recording.rep if recording is not None else None):
        return True
    return viewer.id is not None and pairs.lent(parts.store, viewer.id, found.id) is not None


def clip(parts: Parts, clip_id: str) -> CallFolder:
    """The folder of a clip's call. Raises NotFound where the clip is not this person's to see.

    Besides clips of calls that they see, those are theirs that the library shows and whose rep has agreed.
    """
    span = Span.parse(clip_id)
    found = parts.library.known(span.recording_id)
    if found is None or not (sees(parts, found) or shown_to_all(parts, clip_id)):
        raise NotFound(f"clip {clip_id}")
    return found


def shown_to_all(parts: Parts, clip_id: str) -> bool:
    """Whether its rep has agreed, and a clip is in the library, in a note to this person, or a win of their team."""
    if not consents.agreed(parts.store, clip_id):
        return False
    person = parts.viewer.id
    in_note = person is not None and notes.shows(parts.store, person, clip_id)
    return in_note or bool(kept.holding(parts.store, clips=[clip_id])) or _won(parts, clip_id)


def those_seen(parts: Parts, recording_ids: Iterable[str]) -> set[str]:
    """Those of some calls that are in the index and this person's to see."""
    ids, sight = list(set(recording_ids)), parts.finder.sight.values
    return {row["recording_id"] for row in parts.database.rows("those_seen", ids=ids, **sight)}


def reps(parts: Parts) -> list[str]:
    """The reps whose calls this person sees, as recordings name them."""
    return [row["name"] for row in parts.database.rows("reps") if parts.viewer.sees(row["name"])]


def customers(parts: Parts) -> list[str]:
    """The customers in the calls that this person sees."""
    return [row["name"] for row in parts.database.rows("customers", **parts.finder.sight.values)]


def may_hear(parts: Parts, what: str, *, asked: bool) -> bool:
    """Whether the sound of `what` is given as it was said; else it is muted where its text is masked.

    `asked`: the person asked for it (`unmasked=1`); managers may, and it is written down. Links for people without an
    account never come here: they are always muted.
    """
    if not parts.settings.mask:
        return True
    allowed = asked and parts.viewer.may("manager")
    if allowed:
        kind, _, number = what.partition(" ")
        audit.note(parts, "heard", f"{kind}/{number}", "with personal data")
    return allowed


def _won(parts: Parts, clip_id: str) -> bool:
    """Whether a clip is a win of a colleague of theirs."""
    viewer = parts.viewer
    team = viewer.person.team if viewer.person is not None else None
    found = wins.find(parts.store, clips=[clip_id]) if team else []
    return any(team and viewer.roster.is_in(one.rep or "", team) for one in found)
