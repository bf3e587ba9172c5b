"""Deleting a call for good: what goes with it and what stays, told first; then done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from clips_api import examples, quiz_drafts
from clips_api.answers import Accepted
from clips_api.calls import known
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES, NotNow
from clips_api.store import consents, contests, judgements, kept, modules, notes, openings, pairs, shares, wins
from pipeline.errors import Busy
from pipeline.library import now

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], responses=RESPONSES)


class Loss(BaseModel):
    """A collection in which clips of the call are kept."""

    id: int
    title: str
    clips: int


class Deletion(BaseModel):
    """What deleting a call would do."""

    id: str
    name: str
    aside: bool = Field(description="Whether it was set aside and never became a call.")
    collections: list[Loss] = Field(description="Where clips of it are kept: they can't be played any more.")
    lessons: list[str] = Field(description="Lessons with clips of it, by title: they go on without those clips.")
    quizzes: list[str] = Field(description="Quizzes that ask about it, by title: those questions are asked no more.")
    links: int = Field(description="Links to its clips that were given out and still work: they stop working for good.")
    judgements: int = Field(description="Answers about its tags and steps: they still count, without its words.")
    wins: int = Field(description="Clips of it that are wins: they go. What a channel was told of them stays there.")
    notes: int = Field(
        description="Notes about it, or with a clip of it to copy: sound and quotes go, what was written stays."
    )
    contests: int = Field(description="What was contested in it: the reasons and decisions stay.")
    stays_at: list[str] = Field(
        description="Where the recording also lies in a folder that Exemplar leaves as it is: it comes back from there."
    )


Words = Annotated[bool, Query(description="Also take what was said out of collections, lessons and quizzes.")]


@router.get("/{recording_id}/deletion")
def show(parts: Given, recording_id: str) -> Deletion:
    """What would go and what would stay if this call were deleted."""
    return preview(parts, recording_id)


@router.delete("/{recording_id}", status_code=202, responses=CONFLICT)
def remove(parts: Given, recording_id: str, words: Words = False) -> Accepted:  # noqa: FBT002  a query parameter
    """Delete a call, or a file that was set aside, for good: its sound, its words, every name it came under."""
    delete(parts, recording_id, words=words)
    return Accepted(ids=[recording_id])


def preview(parts: Parts, recording_id: str) -> Deletion:
    """What deleting a call would do. Raises NotFound."""
    call = known(parts, recording_id)
    losses: dict[int, Loss] = {}
    for held in kept.holding(parts.store, call=call.id):
        number = held.clip.collection_id
        so_far = losses.get(number, Loss(id=number, title=held.title, clips=0))
        losses[number] = so_far.model_copy(update={"clips": so_far.clips + 1})
    return Deletion(
        id=call.id,
        name=call.name,
        aside=call.reason() is not None,
        collections=list(losses.values()),
        lessons=[one.title for one in modules.holding(parts.store, call.id)],
        quizzes=[one.title for one in quiz_drafts.holding(parts, call.id)],
        links=len(_open_links(parts, call.id)),
        judgements=len(judgements.find(parts.store, calls=[call.id])),
        wins=len(wins.find(parts.store, call=call.id)),
        notes=len(notes.losing(parts.store, call.id)),
        contests=len(contests.find(parts.store, calls=[call.id])),
        stays_at=[sighting.path for sighting in call.sightings() if sighting.kept],
    )


def delete(parts: Parts, recording_id: str, *, words: bool = False) -> None:
    """Delete a call for good; `words`: out of collections, lessons and quizzes too.

    Raises NotFound, and NotNow while it is worked on. Words go before the files do: a crash in between leaves a call
    that can be deleted once more.
    """
    call = known(parts, recording_id)

    def forget() -> None:
        for link in _open_links(parts, call.id):
            shares.revoke(parts.store, link.id, now())
        examples.forget(parts, judgements.forget_words(parts.store, call.id))
        for forget_words in (notes.forget_words, contests.forget_words, consents.forget_words):
            forget_words(parts.store, call.id)
        pairs.forget(parts.store, call.id)
        openings.forget(parts.store, call.id)
        wins.forget(parts.store, call.id)
        if words:
            kept.forget_words(parts.store, call.id)
            modules.forget_words(parts.store, call.id)
            quiz_drafts.forget(parts, call.id)

    try:
        parts.library.delete(call.id, forget)
    except Busy as error:
        raise NotNow("Exemplar works on it or makes a backup: try again in a moment, or cancel it first") from error
    parts.library.to_index.leave(call.id)


def _open_links(parts: Parts, call: str) -> list[shares.Share]:
    return [one for one in shares.find(parts.store, calls=[call]) if one.open(now())]
