"""Giving a lesson to people, from its page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from clips_api import assignments
from clips_api.deps import Given, Parts
from clips_api.modules import Number
from clips_api.pages.library import Field, read
from clips_api.store import people
from pipeline.errors import BadInput

router = APIRouter(prefix="/modules/{number}")
Ids = Annotated[list[Annotated[int, Form(ge=1, lt=2**31)]] | None, Form()]
Names = Annotated[list[Annotated[str, Form(max_length=200)]] | None, Form()]


@router.post("/assign")
def assign(
    *, parts: Given, number: Number, person: Ids = None, team: Names = None, due_on: Field = "", message: Field = ""
) -> RedirectResponse:
    """Give it to those who are ticked, and to whole teams; each gets a link of their own."""
    chosen = {*(person or ()), *_of_teams(parts, team or [])}
    if not chosen:
        raise BadInput("tick somebody whom the lesson is for")
    wanted = read(assignments.Wanted, module_id=number, people=sorted(chosen), due_on=due_on or None, message=message)
    outcome = assignments.give(parts, wanted)
    return RedirectResponse(f"/modules/{number}?given={len(outcome.given)}&had={len(outcome.had)}", 303)


def _of_teams(parts: Parts, teams: list[str]) -> set[int]:
    """Everybody of these teams whom this person coaches."""
    mine = (one for one in people.find(parts.store) if parts.viewer.coaches(one) and one.left_at is None)
    return {one.id for one in mine if one.team in teams}
