"""One call: its sound, its words, and what was found in them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api.answers import Facts
from clips_api.calls import correct, gather, known
from clips_api.deps import Given
from clips_api.render import local, page
from clips_api.script import lines
from clips_api.uploads import facts_of
from clips_api.waveform import draw
from pipeline.records import About

router = APIRouter()
EDITABLE = ("rep", "customer", "started_at", "direction")


@router.get("/calls/{recording_id}")
def show(request: Request, parts: Given, recording_id: str) -> HTMLResponse:
    """The call page, as far as the call is made."""
    folder = known(parts, recording_id)
    call = gather(folder)
    recording = call.recording
    metrics: dict[str, Any] = call.analysis.metrics if call.analysis else {}
    return page(
        request,
        "call.html",
        call=call,
        recording=recording,
        name=recording.filename if recording else call.sightings[0].path if call.sightings else call.id,
        lines=lines(call.transcript, call.analysis) if call.transcript else [],
        wave=draw(folder.peaks, recording, call.transcript, call.analysis) if recording else None,
        fields=fields(recording) if recording else {},
        side=metrics.get("rep") or {},
        metrics=metrics,
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


def fields(about: About) -> dict[str, str]:
    """The values of the form that corrects a call, as inputs hold them."""
    started = local(about.started_at)
    return {
        "rep": about.rep or "",
        "customer": about.customer or "",
        "started_at": f"{started:%Y-%m-%dT%H:%M}" if started else "",
        "direction": about.direction or "",
    }
