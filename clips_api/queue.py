"""What is heard when: this one first, not this one after all, away with this file for good."""

from __future__ import annotations

from fastapi import APIRouter

from clips_api.answers import Accepted
from clips_api.calls import known
from clips_api.deletion import delete
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES, NotNow
from pipeline.folder import CallFolder

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=RESPONSES)


@router.post("/{recording_id}/first", status_code=202, responses=CONFLICT)
def first(parts: Given, recording_id: str) -> Accepted:
    """Hear this call before all others that wait."""
    put_first(parts, recording_id)
    return Accepted(ids=[recording_id])


@router.post("/{recording_id}/cancel", status_code=202, responses=CONFLICT)
def stop(parts: Given, recording_id: str) -> Accepted:
    """Don't hear this call: it is set aside and can be tried again. One that was heard before keeps its transcript."""
    cancel(parts, recording_id)
    return Accepted(ids=[recording_id])


def put_first(parts: Parts, recording_id: str) -> None:
    """Ask for one call to be heard next. Raises NotFound, NotNow."""
    _refuse_heard(known(parts, recording_id))
    parts.library.to_put_first.leave(recording_id)


def cancel(parts: Parts, recording_id: str) -> None:
    """Ask for one call not to be heard. Raises NotFound, NotNow."""
    call = known(parts, recording_id)
    _refuse_heard(call)
    if (call.path / "transcript.json").exists():
        call.hear_again(wanted=False)
    parts.library.to_cancel.leave(recording_id)


def discard(parts: Parts, recording_id: str) -> None:
    """Delete a file that was set aside, for good. Raises NotFound, NotNow."""
    if known(parts, recording_id).reason() is None:
        raise NotNow("only what was set aside can be deleted here")
    delete(parts, recording_id)


def unheard(call: CallFolder) -> bool:
    """Whether a call is still to be heard, for the first time or again."""
    return call.reason() is None and (call.wants_hearing() or not (call.path / "transcript.json").exists())


def _refuse_heard(call: CallFolder) -> None:
    if not unheard(call):
        raise NotNow("it was set aside already" if call.reason() else "it was heard already")
