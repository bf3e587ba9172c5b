"""Contests over HTTP: a rep contests a tag, a step or a score of their call; a manager decides; all of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api import audit, findings
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.index.rows import Documents
from clips_api.problems import RESPONSES
from clips_api.render import clock, label
from clips_api.sentences import around
from clips_api.store import contests as store
from clips_api.store import people
from clips_api.store.contests import Contest, What
from clips_api.store.people import Person, Roster
from clips_api.viewer import Viewer
from pipeline.errors import NotAllowed, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/contests", tags=["coaching"], responses=RESPONSES)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Reason = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True, pattern=r"^[^\x00]*$")]
VERDICTS = {"done": "heard", "missed": "not heard", "cannot_tell": "can’t tell", "not_applicable": "doesn’t apply"}  # noqa: RUF001  as pages write it


@dataclass(frozen=True)
class Contestable:
    """Something in a call that its rep may contest; `found` says what Exemplar made of it."""

    what: What
    tag: str
    sentence: str
    quote: str
    start_s: float | None
    found: str

    @property
    def key(self) -> str:
        """How a form names it."""
        return " ".join(self.place).strip()

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it is within the call."""
        return self.what, self.tag, self.sentence


class ToContest(BaseModel):
    """What is contested, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recording_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    what: What
    tag: str = Field(max_length=200, description="Of a step, its id.")
    sentence: str = Field("", max_length=40, description="Of a tag or a score, as clips have it. Empty for a step.")
    reason: Annotated[Reason, Field(min_length=1)]


class Decision(BaseModel):
    """Whether the rep is right, and a word on it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    upheld: bool
    answer: Reason = ""


class ContestShown(BaseModel):
    """A contest. `upheld` is null until a manager decides; true: the rep was right."""

    id: int
    recording_id: str
    what: What
    tag: str
    sentence: str
    quote: str
    start: float | None
    found: str
    reason: str
    by: str
    at: datetime
    upheld: bool | None
    answer: str
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def of(cls, one: Contest) -> Self:
        same = {name: value for name, value in asdict(one).items() if name in cls.model_fields}
        return cls(**same, start=one.start_s)


@router.get("")
def find(
    parts: Given,
    recording_id: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    waiting: Annotated[bool, Query(description="Only what nobody has decided.")] = False,  # noqa: FBT002
) -> Listing[ContestShown]:
    """Contests, the oldest first: your own, or those of the people whom you coach."""
    found = [ContestShown.of(one) for one in seen(parts, recording_id, waiting=waiting)]
    return Listing(items=found, total=len(found))


@router.post("", status_code=201)
def make(parts: Given, body: ToContest) -> ContestShown:
    """Say that a tag, a step or a score of your own call is wrong. A manager decides."""
    return ContestShown.of(contest(parts, body))


@router.post("/{number}")
def say(parts: Given, number: Number, body: Decision) -> ContestShown:
    """Decide. Upheld, a tag or a step is judged wrong."""
    return ContestShown.of(decide(parts, number, body))


def contestable(call: Documents) -> Iterator[Contestable]:
    """All that can be contested in a call: its steps, its scores, its tags."""
    if call.transcript is None or call.analysis is None:
        return
    turns = call.transcript.turns
    for step in call.analysis.steps:
        start = turns[step.turn].start if step.turn is not None and step.turn < len(turns) else None
        yield Contestable("step", step.step, "", step.quote or "", start, f"{VERDICTS[step.result]}: {step.why}")
    for moment in call.analysis.moments:
        tag = next((one for one in call.analysis.tags if one.tag == moment.tag and one.turn in moment.turns), None)
        if tag is not None and moment.score is not None:
            sentence = around(turns[tag.turn], tag)
            found = f"{moment.score:g} of 10: {moment.why}"
            yield Contestable("score", moment.tag, sentence.key, sentence.text, moment.start, found)
    for tag in call.analysis.shown_tags:
        sentence = around(turns[tag.turn], tag)
        yield Contestable("tag", tag.tag, sentence.key, sentence.text, tag.start, f"“{tag.quote}”, by {tag.rule}")


def may_contest(parts: Parts, rep: str | None) -> bool:
    """Whether this person made the calls of a rep whom recordings name so."""
    person = people.roster(parts.store).person(rep)
    return person is not None and person.id == parts.viewer.id


def contest(parts: Parts, given: ToContest) -> Contest:
    """Write down that a rep contests something. Raises NotFound, NotAllowed, BadInput."""
    call, viewer = findings.read(parts, given.recording_id), parts.viewer
    if not may_contest(parts, call.recording.rep if call.recording is not None else None):
        raise NotAllowed("whoever made the call contests what was found in it; you can judge it instead")
    place = (given.what, given.tag, given.sentence)
    meant = next((one for one in contestable(call) if one.place == place), None)
    if meant is None:
        raise NotFound(f"{given.what} {given.tag} in call {call.id}")
    made = Contest(
        recording_id=call.id, **asdict(meant), reason=given.reason, person_id=viewer.id, by=viewer.name, at=now()
    )
    return store.add(parts.store, made, coaches(parts))


def coaches(parts: Parts) -> list[Person]:
    """The managers of this person's own team, who are told; without a team, nobody is: their page shows it."""
    person = parts.viewer.person
    if person is None or not person.team:
        return []
    managers = (one for one in people.find(parts.store) if one.role == "manager" and one.id != person.id)
    return [one for one in managers if one.team and Roster.same_team(one.team, person.team)]


def seen(parts: Parts, call: str | None = None, *, waiting: bool = False) -> list[Contest]:
    """The contests that this person sees: their own, and those of the people whom they coach."""
    viewer, roster = parts.viewer, people.roster(parts.store)
    calls = [call] if call is not None else None
    if not viewer.may("manager"):
        return store.find(parts.store, calls=calls, person=viewer.id, waiting=waiting) if viewer.id is not None else []
    found = store.find(parts.store, calls=calls, waiting=waiting)
    return [one for one in found if one.person_id == viewer.id or decides(viewer, roster, one)]


def decides(viewer: Viewer, roster: Roster, one: Contest) -> bool:
    """Whether somebody decides on a contest: a manager of the rep, never the rep."""
    person = next((known for known in roster.people if known.id == one.person_id), None)
    return viewer.may("manager") and one.person_id != viewer.id and (person is None or viewer.coaches(person))


def decide(parts: Parts, number: int, given: Decision) -> Contest:
    """Write down a decision; what was rightly contested is judged wrong. Raises NotFound, BadInput."""
    one, roster = store.one(parts.store, number), people.roster(parts.store)
    if not decides(parts.viewer, roster, one):
        raise NotFound(f"contest {number}")
    if given.upheld and one.upheld is None and one.what != "score":
        # before the decision: a crash in between leaves it to be decided once more; what is gone can't be judged
        with suppress(NotFound):
            if _found_so_still(parts, one):
                findings.judge(parts, (one.recording_id, *one.place), right=False)
    rep = next((known for known in roster.people if known.id == one.person_id), None)
    decided = store.decide(
        parts.store,
        number,
        upheld=given.upheld,
        answer=given.answer,
        by=parts.viewer.name,
        at=now(),
        person=rep,
    )
    audit.note(parts, "changed", one.about, "upheld" if given.upheld else "kept as it was")
    return decided


def _found_so_still(parts: Parts, one: Contest) -> bool:
    """Whether it is found still, a step with the same verdict: of another one the rep said nothing. Raises NotFound."""
    there = next(
        (other for other in contestable(findings.read(parts, one.recording_id)) if other.place == one.place), None
    )
    return there is not None and (one.what != "step" or _verdict(there) == _verdict(one))


def _verdict(one: Contestable | Contest) -> str:
    return one.found.partition(":")[0]


def name(one: Contestable | Contest) -> str:
    """What is contested, in words: step recap, score of price at 4:18."""
    at = f" at {clock(one.start_s)}" if one.start_s is not None else ""
    return f"{'score of ' if one.what == 'score' else ''}{label(one.tag)}{at}"
