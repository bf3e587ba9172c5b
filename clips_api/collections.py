"""The library over HTTP: collections, the clips kept in them, and how often they are used."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from clips_api import packs
from clips_api.answers import Listing
from clips_api.collections_shown import (
    CLIP,
    CollectionChange,
    CollectionMade,
    CollectionShown,
    Doubled,
    Duplicate,
    KeptChange,
    KeptShown,
    ToKeep,
    Use,
)
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES, NotNow, answer
from clips_api.render import label
from clips_api.shelf import keep, present, shelf
from clips_api.store import collections as store
from clips_api.store import kept, uses
from clips_api.store.kept import KeptAlready
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/collections", tags=["library"], responses=RESPONSES)
counter = APIRouter(prefix="/api/v1/uses", tags=["library"], responses=RESPONSES)

Number = Annotated[int, Path(ge=1, lt=2**31)]
ClipId = Annotated[str, Path(pattern=CLIP)]


@router.get("")
def find(
    parts: Given, clip: Annotated[str | None, Query(pattern=CLIP, description="Only those that hold it.")] = None
) -> Listing[CollectionShown]:
    """The collections, those changed last first."""
    holders = None if clip is None else {one.clip.collection_id for one in kept.holding(parts.store, clips=[clip])}
    found = [one for one in store.find(parts.store) if holders is None or one.id in holders]
    return Listing(items=[CollectionShown.of(one) for one in found], total=len(found))


@router.post("", status_code=201)
def make(parts: Given, body: CollectionMade) -> CollectionShown:
    """Make a collection."""
    number = store.make(parts.store, **body.model_dump(), by=parts.viewer.name, at=now())
    return CollectionShown.of(store.one(parts.store, number))


@router.get("/{number}")
def show(parts: Given, number: Number) -> CollectionShown:
    """One collection; its clips are a list of their own."""
    return CollectionShown.of(store.one(parts.store, number))


@router.patch("/{number}", responses=CONFLICT)
def change(parts: Given, number: Number, body: CollectionChange) -> CollectionShown:
    """Change its title, what it is for, or its review date (null: none)."""
    changes = body.model_dump(exclude_unset=True, exclude={"version"})
    changes = {name: value for name, value in changes.items() if value is not None or name == "review_on"}
    store.change(parts.store, number, changes, version=body.version, at=now())
    return CollectionShown.of(store.one(parts.store, number))


@router.delete("/{number}", status_code=204)
def remove(parts: Given, number: Number) -> None:
    """Delete a collection, its order and its sentences. The calls stay."""
    store.remove(parts.store, number)


@router.get("/{number}/clips")
def clips(parts: Given, number: Number) -> Listing[KeptShown]:
    """What a collection holds, in its order."""
    store.one(parts.store, number)
    found = [KeptShown.of(one) for one in shelf(parts, number)]
    return Listing(items=found, total=len(found))


@router.post(
    "/{number}/clips", status_code=201, response_model=KeptShown, responses={409: CONFLICT[409] | {"model": Doubled}}
)
def add(parts: Given, request: Request, number: Number, body: ToKeep) -> Any:
    """Keep a clip. One that is much like another in this collection is refused (409) unless `anyway` says so."""
    try:
        made, elsewhere = keep(parts, number, body.clip_id, body.why, anyway=body.anyway)
    except KeptAlready as error:
        told = {"title": error.sentence, "status": 409, "detail": error.detail, "advice": error.advice}
        return answer(request, Doubled(**told, duplicates=[Duplicate.of(one) for one in error.held]))
    return KeptShown.of(present(parts, [made])[0], elsewhere)


@router.patch("/{number}/clips/{clip_id}", responses=CONFLICT)
def put_right(parts: Given, number: Number, clip_id: ClipId, body: KeptChange) -> KeptShown:
    """Change why a clip is strong, or move it to another place."""
    if body.why is not None:
        kept.explain(parts.store, number, clip_id, body.why, version=body.version, at=now())
    if body.place is not None:
        kept.move(parts.store, number, clip_id, body.place, at=now())
    return _one(parts, number, clip_id)


@router.delete("/{number}/clips/{clip_id}", status_code=204)
def take_out(parts: Given, number: Number, clip_id: ClipId) -> None:
    """Take a clip out of a collection."""
    kept.remove(parts.store, number, clip_id, at=now())


@router.post("/{number}/clips/{clip_id}/back")
def put_back(parts: Given, number: Number, clip_id: ClipId) -> KeptShown:
    """Put a clip back that was taken out less than a day ago."""
    kept.put_back(parts.store, number, clip_id, at=now())
    return _one(parts, number, clip_id)


@router.get("/{number}/pack", response_class=Response, responses=packs.ZIP | CONFLICT)
def pack(parts: Given, number: Number) -> Response:
    """A zip of its clips in their order, with captions, the sentences and a page that plays them; all muted."""
    return packed(parts, number)


@counter.post("", status_code=204, response_class=Response)
def use(parts: Given, body: Use) -> None:
    """Count a use. Pages send it and don't wait for the answer."""
    uses.note(parts.store, body.what, collection=body.collection_id, clip=body.clip_id, by=parts.viewer.name, at=now())


def packed(parts: Parts, number: int) -> Response:
    """What a collection holds as a zip; what can no longer be played is left out. Raises NotFound, NotNow."""
    title = store.one(parts.store, number).title
    clips = [one.clip for one in shelf(parts, number) if one.playable]
    if not clips:
        raise NotNow("nothing in this collection can be played")
    items = [packs.PackItem(clip_id=one.clip_id, title=label(one.tag), note=one.why) for one in clips]
    made = packs.sent(packs.pack(parts, items, title=title), title)
    uses.note(parts.store, "packed", collection=number, by=parts.viewer.name, at=now())
    return made


def _one(parts: Parts, number: int, clip_id: str) -> KeptShown:
    found = next((one for one in shelf(parts, number) if one.clip.clip_id == clip_id), None)
    if found is None:
        raise NotFound(f"clip {clip_id} in collection {number}")
    return KeptShown.of(found)
