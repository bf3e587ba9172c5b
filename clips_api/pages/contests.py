"""A contest: made on the call's page, decided on its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api import contests
from clips_api.contests import Decision, Number, ToContest
from clips_api.deps import Given
from clips_api.render import page
from clips_api.store import people
from pipeline.errors import BadInput, NotFound

router = APIRouter(prefix="/contests")


@router.post("")
def make(
    parts: Given,
    recording_id: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")],
    about: Annotated[str, Form(max_length=260)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Contest something in a call of one's own. `about`: its kind, its name and where it stands."""
    what, _, rest = about.partition(" ")
    tag, _, sentence = rest.partition(" ")
    if what not in ("tag", "step", "score") or not tag:
        raise BadInput("choose what is not right")
    if not reason.strip():
        raise BadInput("say in a few words why it is not right")
    given = ToContest(recording_id=recording_id, what=what, tag=tag, sentence=sentence, reason=reason)
    contests.contest(parts, given)
    return RedirectResponse(f"/calls/{recording_id}#coaching", 303)


@router.get("/{number}")
def show(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """One contest with its whole trail; who may decide does it here."""
    one = next((found for found in contests.seen(parts) if found.id == number), None)
    if one is None:
        raise NotFound(f"contest {number}")
    decides = one.upheld is None and contests.decides(parts.viewer, people.roster(parts.store), one)
    there = parts.library.known(one.recording_id) is not None
    return page(request, "contest.html", one=one, name=contests.name(one), decides=decides, there=there)


@router.post("/{number}")
def decide(
    parts: Given,
    number: Number,
    upheld: Annotated[str, Form(pattern="^[01]$")],
    answer: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Decide: 1 says that the rep is right."""
    contests.decide(parts, number, Decision(upheld=upheld == "1", answer=answer))
    return RedirectResponse(f"/contests/{number}", 303)
