"""One call: its sound, its words, and what was found in them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from clips_api.answers import Call, Facts
from clips_api.calls import correct, gather, known
from clips_api.deps import Given
from clips_api.render import local, page
from clips_api.script import lines
from clips_api.speakers import Sides, answer, pending, rep_is
from clips_api.status import STALE
from clips_api.uploads import facts_of
from clips_api.voices import asks, sides, voices
from clips_api.waveform import draw
from pipeline.errors import BadInput
from pipeline.folder import CallFolder
from pipeline.library import now
from pipeline.records import About

router = APIRouter()
EDITABLE = ("rep", "customer", "started_at", "direction")


@router.get("/calls/{recording_id}")
def show(request: Request, parts: Given, recording_id: str, part: Annotated[str | None, Query()] = None) -> Response:
    """The call page, as far as the call is made; `part=live` gives it only where it changed, else 304."""
    folder = known(parts, recording_id)
    progress = parts.library.progress()
    running = progress is not None and now() - progress.at < STALE
    mark = sha256(f"{folder.stamp()} {running} {pending(folder)}".encode()).hexdigest()[:24]
    headers = {"ETag": f'"{mark}"'} if part == "live" else None
    if headers and request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    call = gather(folder)
    recording, transcript, analysis = call.recording, call.transcript, call.analysis
    analysed = analysis is not None and analysis.type.value != "not_analysed"
    metrics: dict[str, Any] = analysis.metrics if analysis and analysed else {}
    return page(
        request,
        "call.html",
        headers=headers,
        call=call,
        recording=recording,
        name=recording.filename if recording else call.sightings[0].path if call.sightings else call.id,
        lines=lines(transcript, analysis, recording) if transcript else [],
        wave=draw(folder.peaks, recording, transcript, analysis) if recording else None,
        fields=fields(recording) if recording else {},
        analysed=analysed,
        steps=Counter(step.result for step in analysis.steps) if analysis else {},
        side=metrics.get("rep") or {},
        metrics=metrics,
        sides=sides(recording),
        voices=voices(call.id, transcript, recording),
        asks=asks(transcript),
        pending=waits_for(folder, call),
        running=running,
        reps=[row["name"] for row in parts.database.rows("reps")],
        customers=[row["name"] for row in parts.database.rows("customers")],
    )


@router.post("/calls/{recording_id}")
async def put_right(request: Request, parts: Given, recording_id: str) -> RedirectResponse:
    """Put right who was on the call: what was changed in the form, and only that; emptied means unknown."""
    call = known(parts, recording_id)
    recording = gather(call).recording
    form = await request.form()
    given = {name: str(form[name]).strip() for name in EDITABLE if name in form}
    before = fields(recording) if recording else {}
    changed = {name: value for name, value in given.items() if value != before.get(name, "")}
    understood = facts_of(changed).model_dump(include=set(changed))
    correct(parts, call, Facts(**understood))
    return RedirectResponse(f"/calls/{call.id}", 303)


@router.post("/calls/{recording_id}/speakers")
async def who_is_who(request: Request, parts: Given, recording_id: str) -> RedirectResponse:
    """What the buttons say: `rep=0` which voice is the rep's, `swap`, `turn=12.34-15.60=customer`, `voice-0=rep`."""
    call = known(parts, recording_id)
    form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    await run_in_threadpool(answer, parts, call, said(call, form))
    return RedirectResponse(f"/calls/{call.id}", 303)


def said(call: CallFolder, form: dict[str, str]) -> Sides:
    """Who is who, from a form. Raises BadInput."""
    try:
        if "rep" in form:
            return rep_is(call, int(form["rep"]))
        if "turn" in form:
            span, _, side = form["turn"].partition("=")
            start, _, end = span.partition("-")
            return Sides.model_validate({"turns": [{"start": start, "end": end, "speaker": side}]})
        voices = {key.removeprefix("voice-"): side for key, side in form.items() if key.startswith("voice-")}
        return Sides.model_validate({"speakers": voices, "swap": "swap" in form})
    except ValueError as error:
        raise BadInput("which voice is whose") from error


def waits_for(folder: CallFolder, call: Call) -> str:
    """What the page waits for: an answer to be worked in, moments to be found, the call to be heard, or nothing."""
    if call.why:
        return ""
    if pending(folder):
        return "answer"
    return {"waiting": "hearing", "heard": "moments"}.get(call.state, "")


def fields(about: About) -> dict[str, str]:
    """The values of the form that corrects a call, as inputs hold them."""
    started = local(about.started_at)
    return {
        "rep": about.rep or "",
        "customer": about.customer or "",
        "started_at": f"{started:%Y-%m-%dT%H:%M}" if started else "",
        "direction": about.direction or "",
    }
