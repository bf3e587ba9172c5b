"""Thumbs and answers without scripts: written down, then back to where they were pressed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from clips_api import findings
from clips_api.deps import Given
from clips_api.store.judgements import Kind
from pipeline.errors import BadInput

router = APIRouter()
Field = Annotated[str, Form(max_length=200)]


@router.post("/judgements")
def judge(
    *,
    request: Request,
    parts: Given,
    recording_id: Field,
    kind: Annotated[Kind, Form()],
    tag: Field,
    sentence: Field = "",
    right: Field = "",
) -> RedirectResponse:
    """`right` is 1 or 0; empty takes the judgement back."""
    place = recording_id, kind, tag, sentence
    if right in ("0", "1"):
        findings.judge(parts, place, right=right == "1")
    elif right:
        raise BadInput("right: 1 or 0")
    else:
        said = findings.opinions(parts, [recording_id]).get(place)
        if said is not None and said.id is not None:
            findings.take_back(parts, said.id)
    return RedirectResponse(_back(request, recording_id), 303)


def _back(request: Request, recording_id: str) -> str:
    """The page the form stood on, where the browser tells; never another site."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host") or not came.path.startswith("/"):
        return f"/calls/{recording_id}"
    return "/" + came.path.lstrip("/\\") + (f"?{came.query}" if came.query else "")
