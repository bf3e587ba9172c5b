"""One call: its sound, its words, and what was found in them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from clips_api import counting, figures, rights
from clips_api.answers import Call, Facts
from clips_api.beside import beside
from clips_api.calls import answered, correct, gather, known
from clips_api.deps import Given
from clips_api.findings import opinions, read
from clips_api.leaning import leaning, of_steps
from clips_api.render import local, page
from clips_api.script import lines
from clips_api.seen import seen
from clips_api.spans import clip_id
from clips_api.speakers import Sides, answer, pending, rep_is
from clips_api.status import STALE
from clips_api.suggestions import offers
from clips_api.uploads import facts_of
from clips_api.voices import asks, sides, voices
from clips_api.waveform import draw
from pipeline.errors import BadInput
from pipeline.folder import CallFolder
from pipeline.library import now
from pipeline.records import About

router = APIRouter()
TYPES = ("conversation", "voicemail", "gatekeeper", "support", "internal")
Turn = Annotated[int | None, Query(ge=0)]
Wrong = Annotated[str, Query(max_length=260)]
EDITABLE = ("rep", "customer", "started_at", "direction")


@router.get("/calls/{recording_id}")
def show(
    *,
    request: Request,
    parts: Given,
    recording_id: str,
    part: Annotated[str | None, Query()] = None,
    turn: Turn = None,
    wrong: Wrong = "",
) -> Response:
    """The call page, as far as the call is made; `part=live` gives it only where it changed, else 304.

    `turn`: the one of which is asked who says it. Scripts ask in place: three buttons a turn make a long page slow.
    `wrong`: what its rep is about to contest.
    """
    folder = known(parts, recording_id)
    progress = parts.library.progress()
    running = progress is not None and now() - progress.at < STALE
    said = opinions(parts, [folder.id])
    answers = [(*place, one.right) for place, one in said.items()]
    mark = sha256(f"{folder.stamp()} {running} {pending(folder)} {answers}".encode()).hexdigest()[:24]
    headers = {"ETag": f'"{mark}"'} if part == "live" else None
    if headers and request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    documents = read(parts, folder.id)
    call = answered(documents)
    recording, transcript, analysis = call.recording, call.transcript, call.analysis
    counting.open_call(parts, folder.id, recording.rep if recording is not None else None)
    offered = (
        [one for one in offers(transcript, analysis, documents.judged) if one.right is not False] if transcript else []
    )
    analysed = analysis is not None and analysis.type.value != "not_analysed"
    metrics: dict[str, Any] = analysis.metrics if analysis and analysed else {}
    steps = Counter(step.result for step in (analysis.steps if analysis else ()))
    lean = leaning(parts)
    return page(
        request,
        "call.html",
        headers=headers,
        call=call,
        recording=recording,
        name=recording.filename if recording else call.sightings[0].path if call.sightings else call.id,
        lines=lines(transcript, analysis, recording, offered) if transcript else [],
        wave=draw(folder.peaks, recording, transcript, analysis) if recording else None,
        fields=fields(recording) if recording else {},
        analysed=analysed,
        seen=seen(documents, said),
        beside=beside(parts, documents),
        doubtful={one.tag: one.tally for one in lean},
        rests=of_steps(lean),
        types=kinds_of_call(call),
        type_waits=type_pending(call),
        steps=steps,
        steps_that_apply=steps.total() - steps["not_applicable"],
        side=metrics.get("rep") or {},
        figures=figures.rows(metrics),
        unclear=figures.unclear(metrics),
        metrics=metrics,
        sides=sides(recording),
        asked_turn=turn,
        wrong=wrong,
        clip_id=clip_id,
        voices=voices(call.id, transcript, recording),
        asks=asks(transcript),
        pending=waits_for(folder, call),
        running=running,
        reps=rights.reps(parts),
        customers=rights.customers(parts),
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


@router.post("/calls/{recording_id}/type")
def of_type(parts: Given, recording_id: str, type: Annotated[str, Form(max_length=40)] = "") -> RedirectResponse:  # noqa: A002
    """What sort of call it is, as a person says; empty leaves it to Exemplar again."""
    call = known(parts, recording_id)
    correct(parts, call, Facts(type=type or None))
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


def kinds_of_call(call: Call) -> list[str]:
    """The types to choose from; a team's own playbook may have decided on another one."""
    present = (call.recording and call.recording.type) or (call.analysis and call.analysis.type.value)
    own = [present] if present and present not in (*TYPES, "not_analysed") else []
    return [*TYPES, *own]


def type_pending(call: Call) -> bool:
    """Whether somebody said what sort of call it is and the analysis was not made anew since."""
    said = (call.recording and call.recording.type) or ""
    return call.analysis is not None and call.analysis.made_from.get("type", "") != said


def waits_for(folder: CallFolder, call: Call) -> str:
    """What the page waits for: an answer to be worked in, moments to be found, the call to be heard, or nothing."""
    if call.why:
        return ""
    if pending(folder) or type_pending(call):
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
