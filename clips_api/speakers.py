"""People say who is who: which voice is the rep's, both swapped, or whose one stretch is.

An answer is a correction of the call; the worker writes the transcript anew and what was heard stays, so answering
again undoes it.
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from clips_api.answers import Accepted
from clips_api.calls import known
from clips_api.deps import Given, Parts
from clips_api.documents import described
from clips_api.problems import RESPONSES
from pipeline.answers import of_voices
from pipeline.errors import BadInput, NotFound
from pipeline.folder import CallFolder
from pipeline.library import now
from pipeline.records import Correction, Speaker, Transcript

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=RESPONSES)

OTHER: dict[Speaker, Speaker] = {"rep": "customer", "customer": "rep", "unknown": "unknown"}
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=0)]


class Stretch(BaseModel):
    """A stretch of the call, seconds from its start, and whose it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: Seconds
    end: Seconds
    speaker: Speaker

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a stretch ends after it starts")
        return self

    @property
    def key(self) -> str:
        return f"{self.start:.2f}-{self.end:.2f}"


class Sides(BaseModel):
    """Who is who: voices by number, both swapped, or single stretches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speakers: dict[Number, Speaker] = Field({}, examples=[{"0": "rep", "1": "customer"}])
    swap: bool = Field(False, description="Take the rep for the customer and the other way round.")
    turns: list[Stretch] = Field([], max_length=500)

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if not (self.speakers or self.swap or self.turns):
            raise ValueError("say speakers, swap or turns")
        if self.speakers and self.swap:
            raise ValueError("either speakers or swap")
        return self


@router.patch("/{recording_id}/speakers", status_code=202)
def put_right(parts: Given, recording_id: str, body: Sides) -> Accepted:
    """Say who is who. The transcript and its analysis follow within seconds; what was heard stays as it is."""
    answer(parts, known(parts, recording_id), body)
    return Accepted(ids=[recording_id])


def answer(parts: Parts, call: CallFolder, sides: Sides) -> None:
    """Write down who is who and have it worked in. Raises NotFound before the call was heard, BadInput."""
    transcript = call.transcript()
    if transcript is None or call.reason() is not None:
        raise NotFound(f"transcript of call {call.id}")
    changes: dict[str, dict[str, Speaker]] = {}
    if sides.speakers or sides.swap:
        voices = said_of_voices(call, transcript)
        changes["speakers"] = {str(voice): side for voice, side in _answered(voices, sides).items()}
    if sides.turns:
        changes["turns"] = said_of_turns(call)
        for stretch in sides.turns:
            _spoken(transcript, stretch)
            changes["turns"].pop(stretch.key, None)  # what is said last stands last
            changes["turns"][stretch.key] = stretch.speaker
    call.correct(Correction(at=now(), by=parts.viewer.name, set=changes))
    parts.library.to_work.leave(call.id)
    if "speakers" in changes:
        _learn(parts, call, changes["speakers"])


def rep_is(call: CallFolder, voice: int) -> Sides:
    """The answer that one voice is the rep's: all others are the customer's, but those that no voice could be told for.

    Raises NotFound before the call was heard.
    """
    transcript, heard = call.transcript(), call.heard()
    if transcript is None:
        raise NotFound(f"transcript of call {call.id}")
    doubtful = {number for number, one in enumerate(heard.voices) if not one.sure} if heard else set()
    others = said_of_voices(call, transcript).keys() - doubtful - {voice}
    return Sides(speakers={voice: "rep", **dict.fromkeys(others, "customer")})


def said_of_voices(call: CallFolder, transcript: Transcript) -> dict[int, Speaker]:
    """Each voice's side as it stands: as it was decided, people's answers over it."""
    found = {voice.voice: voice.speaker for voice in transcript.speakers.voices} if transcript.speakers else {}
    return found | {voice: side for voice, side in of_voices(call.corrections()).items() if voice in found}


def said_of_turns(call: CallFolder) -> dict[str, Speaker]:
    """Every stretch of which somebody said whose it is, the latest last."""
    found: dict[str, Speaker] = {}
    for correction in call.corrections():
        for key, side in correction.set.get("turns", {}).items():
            found.pop(key, None)
            found[key] = side
    return found


def pending(call: CallFolder) -> bool:
    """Whether somebody said who is who and the transcript was not written since."""
    try:
        written = (call.path / "transcript.json").stat().st_mtime
    except FileNotFoundError:
        return False
    return any(
        correction.at.timestamp() > written and correction.set.keys() & {"speakers", "turns"}
        for correction in call.corrections()
    )


def _answered(voices: dict[int, Speaker], sides: Sides) -> dict[int, Speaker]:
    unknown = sorted(sides.speakers.keys() - voices.keys())
    if unknown or not voices:
        raise BadInput(f"speakers: this call has no voice {unknown[0]}" if unknown else "swap: no voice was told apart")
    if sides.swap and not set(voices.values()) - {"unknown"}:
        raise BadInput("swap: it is not known yet who is who; say which voice is the rep's")
    return {voice: OTHER[side] for voice, side in voices.items()} if sides.swap else voices | sides.speakers


def _spoken(transcript: Transcript, stretch: Stretch) -> None:
    for turn in transcript.turns:
        if turn.start is not None and turn.end is not None and turn.start < stretch.end and turn.end > stretch.start:
            return
    raise BadInput(f"turns: nobody speaks from {stretch.start:g} to {stretch.end:g} s")


def _learn(parts: Parts, call: CallFolder, answers: dict[str, Speaker]) -> None:
    """Remember for this source on which lane the rep was, where the two sides were recorded apart."""
    recording, heard = described(call), call.heard()
    if recording is None or heard is None or not recording.source:
        return
    lanes: dict[Speaker, set[int | None]] = {"rep": set(), "customer": set(), "unknown": set()}
    for voice, side in answers.items():
        if int(voice) < len(heard.voices):
            lanes[side].add(heard.voices[int(voice)].lane)
    rep, customer = lanes["rep"], lanes["customer"]
    if len(rep) == 1 and customer and None not in rep | customer and not rep & customer:
        (lane,) = rep
        if lane is not None:
            parts.library.learn(recording, lane)
