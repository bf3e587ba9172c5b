"""Wins: a clip in which something went well, marked by a manager and shown to the rep's team once the rep agrees.

What went wrong never is one: it is coached in a note, which only the rep reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from clips_api import audit, clips, consents, findings
from clips_api.answers import Clip
from clips_api.deps import Parts
from clips_api.index.rows import Documents
from clips_api.render import label
from clips_api.store import consents as asked
from clips_api.store import outbox, people
from clips_api.store import wins as store
from clips_api.store.consents import Consent
from clips_api.store.outbox import Entry
from clips_api.store.people import Roster
from clips_api.store.wins import Win
from nlp.score import EXEMPLARY
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

State = Literal["asked", "refused", "agreed", "waiting", "posted", "failed"]
SAME = 0.5  # of a clip, or of a moment: from here on it is about this moment
CLOSE = 0.01  # seconds by which two ends are the same


class NotAWin(BadInput):
    """Wins are for what went well."""

    advice = "Choose another moment, or write a note about this one: only its rep reads that."


@dataclass(frozen=True)
class Shown:
    """A win as somebody sees it: what its rep said, and what came of its message (None: there is none)."""

    win: Win
    consent: Consent | None
    message: Entry | None
    team: str  # empty where they are in none
    name: str  # the rep's

    @property
    def agreed(self) -> bool:
        return self.consent is not None and bool(self.consent.agreed)

    @property
    def state(self) -> State:
        """asked: the rep has not answered; agreed: it stands on the page, and no channel is told."""
        if self.consent is None or self.consent.agreed is None:
            return "asked"
        if not self.consent.agreed:
            return "refused"
        if self.message is None:
            return "agreed"
        if self.message.sent_at is not None:
            return "posted"
        return "failed" if self.message.given_up_at is not None else "waiting"


def mark(parts: Parts, clip_id: str, why: str) -> Shown:
    """Call a clip a win, and ask its rep whether others may see it. Raises NotFound, NotAWin."""
    clip = meant(parts, clip_id)
    consents.ask(parts, clip.id)
    viewer, person = parts.viewer, people.roster(parts.store).person(clip.rep)
    made = store.add(
        parts.store,
        Win(
            clip_id=clip.id,
            recording_id=clip.recording_id,
            person_id=person.id if person is not None else None,
            rep=clip.rep,
            tag=clip.tag,
            why=why,
            by_id=viewer.id,
            by=viewer.name,
            at=now(),
        ),
    )
    audit.note(parts, "changed", made.about, f"marked as a win: clip/{clip.id}")
    return one(parts, made.id)


def meant(parts: Parts, clip_id: str) -> Clip:
    """The clip that is to be a win. Raises NotFound, NotAWin."""
    clip = clips.resolve(parts, clip_id)
    why_not = missed(findings.read(parts, clip.recording_id), clip)
    if why_not is not None:
        raise NotAWin(why_not)
    return clip


def could_be(parts: Parts, clip_id: str) -> bool:
    """Whether a clip may be marked by whoever asks, for its button's sake."""
    try:
        meant(parts, clip_id)
    except (NotAWin, NotFound):
        return False
    return True


def missed(call: Documents, clip: Clip) -> str | None:
    """What in a clip did not go well, in a sentence; None where nothing speaks against it."""
    if call.analysis is None or call.transcript is None:
        return None
    inside = [one for one in call.analysis.moments if _about(clip, one.start, one.end)]
    scores = [one.score for one in inside if one.score is not None] if clip.score is None else [clip.score]
    if scores and min(scores) < EXEMPLARY:
        return f"This moment has {min(scores):g} of 10 points, and a win has {EXEMPLARY} or more."
    if inside:
        return None
    turns = call.transcript.turns
    steps = [one for one in call.analysis.steps if one.turn is not None and one.turn < len(turns)]
    here = [one for one in steps if one.turn is not None and _same(clip, turns[one.turn].start, turns[one.turn].end)]
    if here and all(one.result == "missed" for one in here):
        return f"The step “{label(here[0].step)}” was not heard here."
    return None


def one(parts: Parts, number: int) -> Shown:
    """One that this person sees. Raises NotFound."""
    found = _shown(parts, [store.one(parts.store, number)])
    if not found:
        raise NotFound(f"win {number}")
    return found[0]


def seen(
    parts: Parts,
    *,
    team: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[Shown]:
    """The wins that this person sees, the latest first; `before`: those after this one in the list.

    Managers see those of the reps whose calls they see; reps their own, and what colleagues of their team agreed to.
    """
    found = store.find(parts.store, since=since, until=until, before=before)
    return _shown(parts, found, team, limit)


def of_clip(parts: Parts, clip_id: str) -> Shown | None:
    """The win that a clip is, where this person sees it."""
    return next(iter(_shown(parts, store.find(parts.store, clips=[clip_id]))), None)


def remove(parts: Parts, number: int) -> None:
    """It is none any more; what a channel was told stays there. Raises NotFound."""
    win = one(parts, number).win
    store.remove(parts.store, win.id)
    audit.note(parts, "deleted", win.about, f"clip/{win.clip_id} is no win any more")


def post(parts: Parts, number: int, at: datetime) -> bool:
    """Tell the channel of a win that stands; False where its rep has not agreed or there is no channel."""
    found = one(parts, number)
    if found.message is not None and found.state == "failed":
        return outbox.again(parts.store, found.message.id, at)
    with parts.store.write() as connection:
        return store.post(parts.store, connection, found.win, at)


def _shown(parts: Parts, wins: Sequence[Win], team: str | None = None, limit: int | None = None) -> list[Shown]:
    """Those of some wins that this person sees and whose call is still there."""
    roster = people.roster(parts.store)
    found = list(islice(_seen(parts, roster, wins, team), limit))
    told = outbox.about(parts.store, [one.win.about for one in found])
    return [replace(one, message=told[one.win.about][-1] if one.win.about in told else None) for one in found]


def _seen(parts: Parts, roster: Roster, wins: Sequence[Win], wanted: str | None) -> Iterator[Shown]:
    viewer, known = parts.viewer, {person.id: person for person in roster.people}
    answers = _answers(parts, {win.recording_id for win in wins})
    mine = (viewer.person.team if viewer.person is not None else None) or ""
    for win in wins:
        person = known.get(win.person_id or 0)
        team = (person.team if person is not None else None) or ""
        theirs = viewer.sees(win.rep) or (person is not None and person.id == viewer.id)
        if not theirs and not (mine and Roster.same_team(mine, team)):
            continue
        if (wanted and not Roster.same_team(wanted, team)) or parts.library.known(win.recording_id) is None:
            continue
        said = answers.get(win.recording_id, [])
        consent = asked.covers(said, win.clip_id) or next((one for one in said if one.clip_id == win.clip_id), None)
        shown = Shown(win, consent, None, team, person.name if person is not None else win.rep or "rep unknown")
        if theirs or shown.agreed:
            yield shown


def _answers(parts: Parts, calls: Collection[str]) -> dict[str, list[Consent]]:
    """What was asked about clips of some calls."""
    found: dict[str, list[Consent]] = {}
    for one in asked.find(parts.store, call=next(iter(calls)) if len(calls) == 1 else None) if calls else ():
        found.setdefault(one.recording_id, []).append(one)
    return found


def _about(clip: Clip, start: float | None, end: float | None) -> bool:
    """Whether a clip is about a moment: one of the two lies half in the other."""
    if clip.start is None or clip.end is None or start is None or end is None:
        return False
    both = min(clip.end, end) - max(clip.start, start)
    return both >= SAME * min(clip.end - clip.start, end - start)


def _same(clip: Clip, start: float | None, end: float | None) -> bool:
    if clip.start is None or clip.end is None or start is None or end is None:
        return False
    return abs(clip.start - start) < CLOSE and abs(clip.end - end) < CLOSE
