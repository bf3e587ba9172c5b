"""The library: collections as cards, one collection with its clips in order, and keeping a clip without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Self, TypeVar

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from clips_api.clips import resolve
from clips_api.collections import ClipId, Number, packed
from clips_api.collections_shown import CLIP, CollectionChange, CollectionMade, KeptChange, ToKeep
from clips_api.deps import Given, Parts
from clips_api.problems import Overtaken
from clips_api.render import day, page
from clips_api.shelf import keep, shelf
from clips_api.store import collections, kept
from clips_api.store.collections import Collection
from clips_api.store.kept import Held, KeptAlready
from pipeline.errors import BadInput
from pipeline.library import now

router = APIRouter()
M = TypeVar("M", bound=BaseModel)
SOON = timedelta(days=7)  # before a review is due it is called due
Field = Annotated[str, Form(max_length=4000)]
Clip = Annotated[str, Query(pattern=CLIP)]
Removed = Annotated[str, Query(pattern=r"^[0-9a-z-]{0,40}$")]
REASONS = {
    "same": "This clip",
    "overlap": "A clip of the same moment",
    "words": "A clip with the same words, of another call,",
}


@dataclass(frozen=True)
class Review:
    """When a collection should be looked through again, in words; `state`: overdue, due, or empty."""

    words: str
    state: str = ""

    @classmethod
    def of(cls, when: date | None, today: date) -> Self | None:
        if when is None:
            return None
        if when < today:
            return cls(f"review overdue since {day(when.isoformat())}", "overdue")
        if when == today:
            return cls("review due today", "due")
        if when <= today + SOON:
            return cls(f"review due {day(when.isoformat())}", "due")
        return cls(f"review {day(when.isoformat())}")


@router.get("/library")
def show(request: Request, parts: Given) -> HTMLResponse:
    """Every collection, those changed last first."""
    found = collections.find(parts.store)
    return page(request, "library.html", cards=[(one, review(one)) for one in found])


@router.post("/library")
def make(parts: Given, title: Field = "", purpose: Field = "", review_on: Field = "") -> RedirectResponse:
    """Make a collection, and open it."""
    made = read(CollectionMade, title=title, purpose=purpose, review_on=review_on or None)
    number = collections.make(parts.store, **made.model_dump(), by=parts.viewer.name, at=now())
    return RedirectResponse(f"/library/{number}", 303)


@router.get("/library/keep")
def ask(request: Request, parts: Given, clip: Clip) -> HTMLResponse:
    """Where to keep a clip, and why."""
    return _ask(request, parts, clip)


@router.post("/library/keep")
def put_in(
    *,
    request: Request,
    parts: Given,
    clip: Annotated[str, Form(pattern=CLIP)],
    collection: Annotated[int, Form(ge=0, lt=2**31)] = 0,
    title: Field = "",
    why: Field = "",
    anyway: Field = "",
) -> Response:
    """Keep it in a collection, or in a new one where a title is given; what is there already is asked about."""
    wanted = read(ToKeep, clip_id=clip, why=why, anyway=bool(anyway))
    resolve(parts, clip)  # no collection is made for what is not there
    number = collection
    if title.strip() or not number:
        made = read(CollectionMade, title=title)
        number = collections.make(parts.store, made.title, by=parts.viewer.name, at=now())
    try:
        keep(parts, number, wanted.clip_id, wanted.why, anyway=wanted.anyway)
    except KeptAlready as error:
        return _ask(request, parts, clip, chosen=number, why=why, doubled=error.held, code=409)
    return RedirectResponse(f"/library/{number}#{clip}", 303)


@router.get("/library/{number}")
def open_one(request: Request, parts: Given, number: Number, removed: Removed = "") -> HTMLResponse:
    """One collection; `removed` names a clip that can be put back."""
    return _open(request, parts, number, removed=removed)


@router.post("/library/{number}")
def change(
    *,
    request: Request,
    parts: Given,
    number: Number,
    version: Annotated[int, Form()],
    title: Field = "",
    purpose: Field = "",
    review_on: Field = "",
) -> Response:
    """Save title, sentence and review date; where somebody else did meanwhile, both are shown."""
    given = read(CollectionChange, title=title, purpose=purpose, review_on=review_on or None)
    try:
        collections.change(parts.store, number, given.model_dump(exclude={"version"}), version=version, at=now())
    except Overtaken:
        return _open(request, parts, number, overtaken=given, code=409)
    return RedirectResponse(f"/library/{number}", 303)


@router.get("/library/{number}/pack")
def take_along(parts: Given, number: Number) -> Response:
    """A zip of its clips."""
    return packed(parts, number)


@router.post("/library/{number}/delete")
def remove(parts: Given, number: Number) -> RedirectResponse:
    """Delete a collection. The calls stay."""
    collections.remove(parts.store, number)
    return RedirectResponse("/library", 303)


@router.post("/library/{number}/clips/{clip_id}/why")
def explain(
    *,
    request: Request,
    parts: Given,
    number: Number,
    clip_id: ClipId,
    why: Field = "",
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Say why a clip is strong; where somebody else did meanwhile, both sentences are shown."""
    given = read(KeptChange, why=why).why or ""
    try:
        kept.explain(parts.store, number, clip_id, given, version=version, at=now())
    except Overtaken:
        return _open(request, parts, number, unsaved={clip_id: given}, code=409)
    return RedirectResponse(f"/library/{number}#{clip_id}", 303)


@router.post("/library/{number}/clips/{clip_id}/{what}")
def act(
    parts: Given,
    number: Number,
    clip_id: ClipId,
    what: Annotated[str, Path(pattern="^(move|remove|back)$")],
    place: Annotated[int, Form(ge=1, le=1_000_000)] = 1,
) -> RedirectResponse:
    """Move a clip, take it out, put it back."""
    if what == "move":
        kept.move(parts.store, number, clip_id, place, at=now())
    elif what == "remove":
        kept.remove(parts.store, number, clip_id, at=now())
        return RedirectResponse(f"/library/{number}?removed={clip_id}", 303)
    else:
        kept.put_back(parts.store, number, clip_id, at=now())
    return RedirectResponse(f"/library/{number}#{clip_id}", 303)


def review(one: Collection) -> Review | None:
    """When this collection should be looked through again."""
    return Review.of(one.review_on, now().astimezone().date())


def _open(
    request: Request,
    parts: Parts,
    number: int,
    *,
    removed: str = "",
    overtaken: CollectionChange | None = None,
    unsaved: dict[str, str] | None = None,
    code: int = 200,
) -> HTMLResponse:
    one = collections.one(parts.store, number)
    return page(
        request,
        "library_one.html",
        code,
        one=one,
        review=review(one),
        clips=shelf(parts, number),
        removed=removed,
        overtaken=overtaken,
        unsaved=unsaved or {},
    )


def _ask(
    request: Request,
    parts: Parts,
    clip: str,
    *,
    chosen: int = 0,
    why: str = "",
    doubled: list[Held] | None = None,
    code: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "library_keep.html",
        code,
        clip=resolve(parts, clip),
        collections=collections.find(parts.store),
        holding=kept.holding(parts.store, clips=[clip]),
        chosen=chosen,
        why=why,
        doubled=doubled or [],
        reasons=REASONS,
    )


def read(model: type[M], **values: object) -> M:
    """What a form says. Raises BadInput."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise BadInput(f"{first['loc'][0]}: {first['msg']}") from error
