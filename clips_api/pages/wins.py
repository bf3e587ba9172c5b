"""Wins: those of one's team with their sound, marking one, and the channel that hears of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from clips_api import channels, clips, consents, wins
from clips_api.answers import Clip
from clips_api.clips import Cursor, Text
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.render import page
from clips_api.store import people
from clips_api.win_routes import Number, ToMark, page_of
from clips_api.wins import Shown
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/wins")
A_PAGE = 20
UNSAID = "Say in a sentence why it is a win, with 280 characters at most."


@dataclass(frozen=True)
class Line:
    """A win with its words; no clip where they are gone."""

    shown: Shown
    clip: Clip | None
    own: bool


@router.get("")
def show(
    *,
    request: Request,
    parts: Given,
    team: Text = None,
    cursor: Cursor = None,
    done: Annotated[str, Query(max_length=12)] = "",
) -> HTMLResponse:
    """The wins that this person sees."""
    return _page(request, parts, team or None, cursor, done=done)


@router.get("/new")
def ask(request: Request, parts: Given, clip: Annotated[str, Query(pattern=CLIP)]) -> HTMLResponse:
    """Why a clip is a win, and what becomes of it."""
    return _ask(request, parts, clip)


@router.post("")
def mark(
    request: Request,
    parts: Given,
    clip: Annotated[str, Form(pattern=CLIP)],
    why: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Mark it."""
    try:
        given = ToMark(clip_id=clip, why=why)
    except ValidationError:
        return _ask(request, parts, clip, why=why, problem=UNSAID, code=422)
    made = wins.mark(parts, given.clip_id, given.why)
    return RedirectResponse(f"/wins?done=marked#win-{made.win.id}", 303)


@router.post("/channel")
def choose(
    request: Request,
    parts: Given,
    team: Annotated[str, Form(max_length=200)],
    channel: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Choose the channel that hears of a team's wins."""
    try:
        channels.choose(parts, team, channel)
    except BadInput as error:
        return _page(request, parts, None, None, problem=(team, channel, error.detail), code=422)
    return RedirectResponse("/wins?done=channel#channels", 303)


@router.post("/{number}/{what}")
def act(parts: Given, number: Number, what: Annotated[str, Path(pattern="^(post|remove)$")]) -> RedirectResponse:
    """Post one that stands, or take one back."""
    if what == "remove":
        wins.remove(parts, number)
        return RedirectResponse("/wins?done=removed", 303)
    wins.post(parts, number, now())
    return RedirectResponse(f"/wins#win-{number}", 303)


def _page(
    request: Request,
    parts: Parts,
    team: str | None,
    cursor: str | None,
    *,
    done: str = "",
    problem: tuple[str, str, str] | None = None,
    code: int = 200,
) -> HTMLResponse:
    found, more = page_of(parts, team, A_PAGE, cursor)
    heard = channels.every(parts) if parts.viewer.may("manager") else []
    return page(
        request,
        "wins.html",
        code,
        lines=[_line(parts, one) for one in found],
        more=more,
        team=team,
        heard=heard,
        channel_of={people.folded(one.team): one.channel for one in heard},
        folded=people.folded,
        held=channels.held(parts),
        done=done,
        problem=problem,
    )


def _line(parts: Parts, one: Shown) -> Line:
    clip = None
    with suppress(NotFound):
        clip = clips.resolve(parts, one.win.clip_id)
    own = one.win.person_id is not None and one.win.person_id == parts.viewer.id
    return Line(one, clip, own)


def _ask(
    request: Request, parts: Parts, clip_id: str, *, why: str = "", problem: str = "", code: int = 200
) -> HTMLResponse:
    clip = wins.meant(parts, clip_id)
    roster = people.roster(parts.store)
    person = roster.person(clip.rep)
    team = person.team if person is not None else None
    heard = {people.folded(one.team): one.channel for one in channels.every(parts)}
    return page(
        request,
        "win_new.html",
        code,
        clip=clip,
        rep=person.name if person is not None else clip.rep or "the rep",
        listed=person is not None,
        own=person is not None and person.id == parts.viewer.id,
        team=team,
        channel=heard.get(people.folded(team or ""), ""),
        consent=consents.state(parts, clip.id),
        already=wins.of_clip(parts, clip.id),
        why=why,
        problem=problem,
    )
