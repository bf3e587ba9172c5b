"""Exports over HTTP: every table, results of quizzes, a quiz's questions, the captions and vCons of calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from clips_api import documents, quiz_drafts, rights
from clips_api.deps import Given, Parts
from clips_api.exports import bundle, gift, vcon, xapi
from clips_api.exports.asked import asked
from clips_api.masking import hide
from clips_api.problems import CONFLICT, RESPONSES, NotNow
from clips_api.quizzes import Number
from clips_api.store import quizzes
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1", tags=["exports"], responses=RESPONSES | {403: RESPONSES[404]})

Form = Literal["vtt", "vcon"]
Unmasked = Annotated[bool, Query(description="With personal data; for admins. It is written down.")]
Day = Annotated[str | None, Query(max_length=40, description="Of when calls began: a day or a time.")]
Rep = Annotated[str | None, Query(max_length=300, description="Calls of this rep only.")]


def _type(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {}}}}


@router.get("/exports/tables.zip", response_class=Response, responses=_type("application/zip"))
def tables(
    *,
    request: Request,  # noqa: ARG001  pages ask alike
    parts: Given,
    since: Day = None,
    until: Day = None,
    rep: Rep = None,
    unmasked: Unmasked = False,
) -> Response:
    """Every table as CSV, in one zip. Managers are given those whom they coach; the trail is for admins.

    `since`, `until` and `rep` are about calls and what was found in them.
    """
    at = now()
    given = asked(parts, "tables", unmasked=unmasked, since=since, until=until, rep=rep)
    return _file(bundle.everything(parts, given, at), "application/zip", f"exemplar-{at.astimezone():%Y-%m-%d}.zip")


@router.get("/exports/results.jsonl", response_class=Response, responses=_type("application/jsonl"))
def results(*, request: Request, parts: Given, unmasked: Unmasked = False) -> Response:
    """Results of quizzes as xAPI statements, one a line."""
    given = asked(parts, "results", unmasked=unmasked)
    told = xapi.lines(parts, given, base(parts, request))
    name = f"results-{now().astimezone():%Y-%m-%d}.jsonl"
    return _file((line.encode() for line in told), "application/jsonl", name)


@router.get("/exports/calls.zip", response_class=Response, responses=_type("application/zip"))
def calls(
    *,
    request: Request,
    parts: Given,
    form: Annotated[Form, Query(description="Captions as WebVTT, or vCons.")] = "vtt",
    since: Day = None,
    until: Day = None,
    rep: Rep = None,
    unmasked: Unmasked = False,
) -> Response:
    """Calls that were heard, a file each, in one zip."""
    at = now()
    given = asked(parts, "captions" if form == "vtt" else "vcons", unmasked=unmasked, since=since, until=until, rep=rep)
    made = bundle.of_calls(parts, given, at, form=form, base=base(parts, request))
    name = f"{'captions' if form == 'vtt' else 'vcons'}-{at.astimezone():%Y-%m-%d}.zip"
    return _file(made, "application/zip", name)


@router.get("/quizzes/{number}/questions.gift", response_class=Response, responses=_type("text/plain"))
def questions(*, parts: Given, number: Number, unmasked: Unmasked = False) -> Response:
    """The questions of a quiz as GIFT: as they were published last, else as the draft has them."""
    quiz, draft = quiz_drafts.opened(parts, number)
    given = asked(parts, f"quiz/{number}", unmasked=unmasked)
    version = quizzes.published(parts.store, number) or draft
    text = gift.gift(quiz.title, quiz_drafts.asked(version), mask=given.mask)
    slug = re.sub(r"[^a-z0-9]+", "-", hide(quiz.title).lower()).strip("-")[:40].strip("-") or "quiz"
    return _file(iter([text.encode()]), "text/plain", f"{slug}.gift.txt")


@router.get(
    "/calls/{recording_id}/vcon.json", response_class=Response, responses=_type("application/vcon+json") | CONFLICT
)
def call(*, request: Request, parts: Given, recording_id: str, unmasked: Unmasked = False) -> Response:
    """A call that was heard as a vCon. With personal data hidden it is a redacted one, without the recording."""
    folder = rights.call(parts, recording_id)
    given = asked(parts, f"call/{folder.id}", unmasked=unmasked)
    found = documents.read(folder, mask=given.mask)
    if found.reason is not None:
        raise NotFound(f"call {recording_id} was set aside")
    if found.recording is None or found.transcript is None:
        raise NotNow("it was not heard yet")
    text = vcon.text(found, folder, mask=given.mask, base=base(parts, request), at=now())
    return _file(iter([text.encode()]), "application/vcon+json", f"{folder.id}.vcon.json")


def base(parts: Parts, request: Request) -> str:
    """The address under which what is exported is known."""
    return (parts.settings.public_url or str(request.base_url)).rstrip("/")


def _file(pieces: Iterator[bytes], kind: str, name: str) -> Response:
    """A file that browsers save."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=kind, headers=headers)
