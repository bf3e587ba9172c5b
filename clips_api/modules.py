"""Lessons (micro-modules) over HTTP: made, written, published, put away; who has them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from clips_api import lesson_drafts, publishing
from clips_api.answers import Listing
from clips_api.deps import Given, Parts
from clips_api.modules_shown import (
    Draft,
    LearnerShown,
    ModuleChange,
    ModuleMade,
    ModuleOpened,
    ModuleShown,
    ObstacleShown,
    Publishing,
    VersionShown,
)
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.store import learners as having
from clips_api.store import modules as store
from clips_api.store import people
from clips_api.store.learners import Learner
from clips_api.store.modules import Version
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

router = APIRouter(prefix="/api/v1/modules", tags=["lessons"], responses=RESPONSES)

Number = Annotated[int, Path(ge=1, lt=2**31)]
Away = Annotated[bool, Query(description="Those that were put away instead.")]


@router.get("")
def find(parts: Given, archived: Away = False) -> Listing[ModuleShown]:  # noqa: FBT002  a query parameter
    """The lessons, the newest first, each with how many have it."""
    found = listed(parts, archived=archived)
    return Listing(items=found, total=len(found))


@router.post("", status_code=201)
def make(parts: Given, body: ModuleMade) -> ModuleOpened:
    """Make an empty lesson, or one of what a collection holds."""
    return opened(parts, begin(parts, body.title, body.collection_id))


@router.get("/{number}")
def show(parts: Given, number: Number) -> ModuleOpened:
    """One lesson as it stands: its draft, else what was published last."""
    return opened(parts, number)


@router.patch("/{number}")
def change(parts: Given, number: Number, body: ModuleChange) -> ModuleOpened:
    """Give it another title, put it away, take it out again."""
    if body.title is not None:
        store.rename(parts.store, number, body.title)
    if body.archived is not None:
        store.put_away(parts.store, number, now() if body.archived else None)
    return opened(parts, number)


@router.put("/{number}/draft", responses=CONFLICT)
def write(parts: Given, number: Number, body: Draft) -> ModuleOpened:
    """Write its draft. What is published stays as it is until the draft is."""
    lesson_drafts.save(parts, number, body.items, quiz_id=body.quiz_id, revision=body.revision)
    return opened(parts, number)


@router.delete("/{number}/draft", status_code=204)
def drop(parts: Given, number: Number) -> None:
    """Throw the draft away: what was published last holds again."""
    store.drop_draft(parts.store, number)


@router.post("/{number}/publish", responses=CONFLICT)
def publish(parts: Given, number: Number, body: Publishing | None = None) -> ModuleOpened:
    """Let the draft out. Whoever has started keeps their version. Refused (409) while something stands in the way."""
    publishing.publish(parts, number, revision=body.revision if body is not None else None)
    return opened(parts, number)


@router.get("/{number}/versions")
def versions(parts: Given, number: Number) -> Listing[VersionShown]:
    """Every version, the newest first."""
    store.one(parts.store, number)
    found = [VersionShown.of(parts, one) for one in store.history(parts.store, [number])[number]]
    return Listing(items=found, total=len(found))


@router.get("/{number}/people")
def who(parts: Given, number: Number) -> Listing[LearnerShown]:
    """Who was given it and how far they are: of those whom you coach, the latest first."""
    store.one(parts.store, number)
    found = [LearnerShown.of(one) for one in coached(parts, [number])]
    return Listing(items=found, total=len(found))


# what pages and other modules ask


def outline(parts: Parts, module: int, version: int | None = None) -> tuple[int, int]:
    """How many items a lesson has and how many seconds it takes; `version`: the id of the one that somebody has.

    Raises NotFound where nothing is published.
    """
    one = published(parts, module, version)
    return len(one.items), one.seconds


def published(parts: Parts, module: int, version: int | None = None) -> Version:
    """The version that somebody has, else the one that is out. Raises NotFound where nothing is published."""
    one = store.version(parts.store, version) if version is not None else store.published(parts.store, module)
    if one is None or one.published_at is None:
        raise NotFound(f"lesson {module}")
    return one


def begin(parts: Parts, title: str | None, collection: int | None = None) -> int:
    """Make a lesson, empty or of a collection; its number. Raises BadInput where it has no title."""
    if collection is not None:
        return lesson_drafts.from_collection(parts, collection, title)
    if title is None:
        raise BadInput("a lesson needs a title")
    return lesson_drafts.begin(parts, title)


def listed(parts: Parts, *, archived: bool = False) -> list[ModuleShown]:
    """The lessons, with how they stand."""
    found = store.find(parts.store, archived=archived)
    numbers = [one.id for one in found]
    history, given = store.history(parts.store, numbers), coached(parts, numbers)
    return [
        ModuleShown.of(one, history[one.id], [learner for learner in given if learner.module_id == one.id])
        for one in found
    ]


def opened(parts: Parts, number: int) -> ModuleOpened:
    """One lesson with what it holds now. Raises NotFound."""
    one = store.one(parts.store, number)
    versions = store.history(parts.store, [number])[number]
    about = ModuleShown.of(one, versions, coached(parts, [number]))
    last = versions[0]
    found = publishing.obstacles(parts, last) if last.published_at is None else []
    return ModuleOpened(
        **about.model_dump(),
        version=VersionShown.of(parts, last),
        obstacles=[ObstacleShown.of(one) for one in found],
    )


def coached(parts: Parts, numbers: list[int]) -> list[Learner]:
    """Who has these lessons, of those whom this person coaches."""
    mine = {one.id for one in people.find(parts.store) if parts.viewer.coaches(one)}
    return [one for one in having.find(parts.store, numbers) if one.person_id in mine]
