"""What somebody asked to be exported: from when to when, of whom, and whether personal data is hidden in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clips_api import audit, documents
from clips_api.deps import Parts
from clips_api.index.question import moment
from clips_api.index.rows import Documents
from clips_api.store import people
from pipeline.errors import BadInput, NotAllowed
from pipeline.records import Recording, Transcript


@dataclass(frozen=True)
class Asked:
    """One export. `since` and `until` are about when calls began, as the index keeps times; None: any."""

    mask: bool = True
    since: datetime | None = None
    until: datetime | None = None
    rep: str | None = None

    @property
    def values(self) -> dict[str, object]:
        """What statements over calls are given for it."""
        return {"since": self.since, "until": self.until, "rep": self.rep}


def asked(
    parts: Parts,
    what: str,
    *,
    unmasked: bool = False,
    since: str | None = None,
    until: str | None = None,
    rep: str | None = None,
) -> Asked:
    """Read what somebody asks for, and write down that it leaves the house. `what`: tables, results, call/0123….

    Personal data is hidden unless an admin asks for it. Raises NotAllowed and BadInput.
    """
    if unmasked and not parts.viewer.may("admin"):
        raise NotAllowed("an export with personal data is for admins")
    found = Asked(
        mask=parts.settings.mask and not unmasked,
        since=moment(since, "since"),
        until=moment(until, "until", after=True),
        rep=rep or None,
    )
    if found.since and found.until and found.since >= found.until:
        raise BadInput("until: it is before since")
    about = what if "/" in what else f"export/{what}"
    audit.note(parts, "shared", about, "exported, personal data hidden" if found.mask else "exported as it was said")
    return found


def coached(parts: Parts) -> frozenset[int]:
    """The people whose answers and results somebody sees: those whom they coach."""
    return frozenset(one.id for one in people.find(parts.store) if parts.viewer.coaches(one))


def calls(parts: Parts, given: Asked) -> list[dict[str, object]]:
    """The calls that are asked for and this person sees, as the index has them; the oldest first."""
    return parts.database.rows("exported_calls", **given.values, **parts.finder.sight.values)


def heard(parts: Parts, given: Asked) -> Iterator[tuple[Documents, Recording, Transcript]]:
    """The documents of each of these calls that was heard; one that was deleted meanwhile is left out."""
    for row in calls(parts, given):
        folder = parts.library.known(str(row["recording_id"]))
        if folder is None:
            continue
        found = documents.read(folder, mask=given.mask)
        if found.recording is None or found.transcript is None or not parts.viewer.sees(found.recording.rep):
            continue
        yield found, found.recording, found.transcript
