"""Calls over HTTP: the list, one call, its sound and captions, corrections, another try."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from clips_api import captions, documents, rights
from clips_api.answers import Accepted, Call, CallLine, Corrections, Facts, Listing, Uploaded
from clips_api.clips import Cursor, Day, Limit, Text
from clips_api.deps import Given, Parts
from clips_api.index.question import moment
from clips_api.index.rows import Documents
from clips_api.index.search import Page, page
from clips_api.masking import masked
from clips_api.problems import RESPONSES
from clips_api.uploads import receive
from pipeline.errors import NotFound
from pipeline.folder import CallFolder
from pipeline.library import now
from pipeline.records import Analysis, Correction, Recording

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=RESPONSES)

_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}, "description": "One recording or many."}
_FORM = {"file": _FILES, **{name: {"type": "string"} for name in Facts.model_fields}}
UPLOAD = {
    "required": True,
    "content": {"multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": _FORM}}},
}


@router.get("")
def find(
    *,
    parts: Given,
    rep: Text = None,
    customer: Text = None,
    type: Text = None,  # noqa: A002  the document's name for it
    since: Day = None,
    until: Day = None,
    unknown: Annotated[bool | None, Query(description="Whether who or when is not known.")] = None,
    unclear: Annotated[bool | None, Query(description="Whether it is open which voice is whose.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[CallLine]:
    """The calls, newest first."""
    asked: dict[str, object] = {
        "rep": rep,
        "customer": customer,
        "type": type,
        "since": since,
        "until": until,
        "unknown": unknown,
        "unclear": unclear,
    }
    found = lines(parts, asked, limit=limit, cursor=cursor)
    return Listing.of(found, [CallLine.from_row(row) for row in found.rows])


@router.post("", status_code=202, openapi_extra={"requestBody": UPLOAD})
async def upload(parts: Given, request: Request) -> Listing[Uploaded]:
    """Upload recordings, and say who was on the call. They are taken in from the inbox like any other file."""
    items = await receive(parts.library, request, parts.settings.max_upload_mb)
    parts.inbox.forget()
    return Listing(items=items, total=len(items))


@router.post("/corrections", status_code=202)
def correct_many(parts: Given, body: Corrections) -> Accepted:
    """Put the same facts right on many calls at once; none is changed when one of them doesn't exist."""
    for call in [known(parts, name) for name in body.ids]:
        correct(parts, call, body.set)
    return Accepted(ids=body.ids)


@router.get("/{recording_id}")
def show(parts: Given, recording_id: str) -> Call:
    """One call: recording, transcript and analysis as far as they are made."""
    call = known(parts, recording_id)
    row = next(iter(parts.database.rows("call", recording_id=call.id)), None)
    fresh = row is not None and row["state"] == "done" and row["stamp"] == call.stamp()
    return gather(call, mask=parts.settings.mask).model_copy(update={"searchable": fresh})


@router.patch("/{recording_id}")
def put_right(parts: Given, recording_id: str, body: Facts) -> Recording:
    """Put right who was on the call, when, and so on. It shows at once; what depends on it is made again."""
    call = known(parts, recording_id)
    correct(parts, call, body)
    recording = documents.described(call)
    if recording is None:
        raise NotFound(f"recording of call {recording_id}")
    return recording


@router.post("/{recording_id}/retry", status_code=202)
def retry(parts: Given, recording_id: str) -> Accepted:
    """Try again: a file that was set aside is taken in anew, a finished call is transcribed anew."""
    try_again(parts, recording_id)
    return Accepted(ids=[recording_id])


@router.get("/{recording_id}/transcript.vtt", response_class=captions.VttResponse)
def transcript_vtt(parts: Given, recording_id: str) -> Response:
    """The transcript as WebVTT captions with speakers."""
    call = known(parts, recording_id)
    found = documents.read(call, mask=parts.settings.mask)
    if found.transcript is None:
        raise NotFound(f"transcript of call {recording_id}")
    return captions.VttResponse(captions.vtt(found.transcript, found.recording))


@router.get("/{recording_id}/analysis")
def analysis(parts: Given, recording_id: str) -> Analysis:
    """Tags, moments, steps and figures, each with its evidence."""
    call = known(parts, recording_id)
    found, transcript = call.analysis(), call.transcript()
    if found is None:
        raise NotFound(f"analysis of call {recording_id}")
    if not parts.settings.mask or transcript is None:
        return found
    return masked(transcript, found)[1] or found


def known(parts: Parts, recording_id: str) -> CallFolder:
    """A call's folder, in quarantine too. Raises NotFound where it is not there, or not this person's to see."""
    return rights.call(parts, recording_id)


def lines(parts: Parts, asked: dict[str, object], *, limit: int, cursor: str | None) -> Page:
    """A page of calls. Raises BadInput for dates or a cursor that can't be understood."""
    after, after_id = parts.cursors.read(asked, cursor)
    since, until = asked["since"], asked["until"]
    days = {
        "since": moment(str(since), "since") if since else None,
        "until": moment(str(until), "until", after=True) if until else None,
    }
    given = {name: value if value != "" else None for name, value in asked.items()}
    seen = parts.finder.sight.values
    rows = parts.database.rows("calls", **given | days | seen, after=after, after_id=after_id, limit=limit + 1)
    return page(rows, limit, lambda row: parts.cursors.make(asked, [row["rank"]], row["recording_id"]))


def gather(call: CallFolder, *, mask: bool = True) -> Call:
    """Everything made of one call so far; `mask`: with personal data hidden."""
    return answered(documents.read(call, mask=mask))


def answered(found: Documents) -> Call:
    """A call's documents as one answer."""
    return Call(
        id=found.id,
        state=found.state,
        recording=found.recording,
        transcript=found.transcript,
        analysis=found.analysis,
        sightings=list(found.sightings),
        why=found.reason.why if found.reason else found.damage,
        advice=found.reason.advice if found.reason else None,
    )


def correct(parts: Parts, call: CallFolder, facts: Facts) -> None:
    """Write down what a person put right, and have it worked in."""
    changes = facts.model_dump(mode="json", exclude_unset=True)
    if changes:
        call.correct(Correction(at=now(), by=parts.viewer.name, set=changes))
        parts.library.to_index.leave(call.id)
        parts.library.to_work.leave(call.id)


def try_again(parts: Parts, recording_id: str) -> None:
    """Take a file out of quarantine, or ask for a new transcript of a call. Raises NotFound."""
    call = known(parts, recording_id)
    if call.reason() is not None:
        parts.library.release(recording_id)
    else:
        call.hear_again()
    parts.library.to_index.leave(recording_id)
    parts.library.to_work.leave(recording_id)
