"""Reading a call's documents for the index and the pages, corrections laid over what the worker wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from clips_api.index.rows import Documents
from clips_api.masking import masked
from pipeline.errors import BadInput
from pipeline.folder import CallFolder
from pipeline.records import ABOUT, Analysis, Correction, Recording

T = TypeVar("T")
TRIES = 3  # a document may be replaced while we read


def read(call: CallFolder, *, mask: bool = True) -> Documents:
    """Everything a call folder holds, read so that no document is newer than the stamp says.

    `mask`: with personal data hidden (the setting of that name).
    """
    for _ in range(TRIES):
        stamp = call.stamp()
        documents = _read(call, stamp)
        if call.stamp() == stamp:
            break
    if not mask or documents.transcript is None:
        return documents
    transcript, analysis = masked(documents.transcript, documents.analysis)
    return replace(documents, transcript=transcript, analysis=analysis)


def described(call: CallFolder) -> Recording | None:
    """The recording's document with people's corrections over it, so that they are seen at once."""
    recording = call.recording()
    return corrected(recording, call.corrections()) if recording else None


def corrected(recording: Recording, corrections: Iterable[Correction]) -> Recording:
    """What people put right, field by field, the latest last; a field set to nothing is unknown."""
    changes = {key: value for correction in corrections for key, value in correction.set.items() if key in ABOUT}
    return Recording.model_validate(recording.model_dump() | changes) if changes else recording


def fitting(call: CallFolder) -> Analysis | None:
    """The analysis, where it is of the transcript as it stands: an older one counts turns that are gone."""
    analysis = call.analysis()
    made_from = analysis.made_from.get("transcript") if analysis else None
    return analysis if made_from in (None, call.digest("transcript.json")) else None


def _read(call: CallFolder, stamp: str) -> Documents:
    damage: list[str] = []

    def attempt(read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except (BadInput, ValueError) as error:
            damage.append(str(error))
            return otherwise

    return Documents(
        id=call.id,
        stamp=stamp,
        recording=attempt(lambda: described(call), None),
        transcript=attempt(call.transcript, None),
        analysis=attempt(lambda: fitting(call), None),
        reason=attempt(call.reason, None),
        sightings=tuple(attempt(call.sightings, [])),
        damage="; ".join(damage) or None,
    )
