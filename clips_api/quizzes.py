"""Quizzes over HTTP, for managers: made, proposed, written, published, marked; their results."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from clips_api import marking, quiz_drafts, results
from clips_api.answers import Listing
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.problems import CONFLICT, RESPONSES
from clips_api.proposals import proposals
from clips_api.quizzes_shown import (
    HardnessShown,
    Mark,
    Proposed,
    Publishing,
    QuizChange,
    QuizDraft,
    QuizMade,
    QuizOpened,
    QuizShown,
    ResultShown,
    ResultsShown,
    ToMarkShown,
)
from clips_api.store import quizzes as store
from pipeline.library import now

router = APIRouter(prefix="/api/v1/quizzes", tags=["quizzes"], responses=RESPONSES)

Number = Annotated[int, Path(ge=1, lt=2**31)]
QuestionId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}$")]
Away = Annotated[bool, Query(description="Those that were put away instead.")]


@router.get("")
def find(parts: Given, archived: Away = False) -> Listing[QuizShown]:  # noqa: FBT002  a query parameter
    """The quizzes, the newest first."""
    found = listed(parts, archived=archived)
    return Listing(items=found, total=len(found))


@router.post("", status_code=201)
def make(parts: Given, body: QuizMade) -> QuizOpened:
    """Make an empty quiz."""
    number = store.make(parts.store, body.title, attempts=body.attempts, by=parts.viewer.name, at=now())
    return opened(parts, number)


@router.get("/proposals", responses=CONFLICT)
def propose(parts: Given, clip: Annotated[str, Query(pattern=CLIP)]) -> Proposed:
    """Questions made from a clip: of a moment, one that stops before the reply. Nothing is kept."""
    return Proposed.of(proposals(parts, clip))


@router.get("/marking")
def to_mark(parts: Given) -> Listing[ToMarkShown]:
    """Answers in own words that wait to be marked, of those whom you coach; the oldest first."""
    found = [ToMarkShown.of(one) for one in marking.waiting(parts)]
    return Listing(items=found, total=len(found))


@router.post("/marking/{attempt}/{question}", status_code=204)
def mark(parts: Given, attempt: Number, question: QuestionId, body: Mark) -> None:
    """Give points to an answer, or others than before. The rep is told once none of theirs waits."""
    marking.mark(parts, attempt, question, points=body.points, comment=body.comment)


@router.get("/{number}")
def show(parts: Given, number: Number) -> QuizOpened:
    """One quiz as it stands: its draft, else what was published last."""
    return opened(parts, number)


@router.patch("/{number}")
def change(parts: Given, number: Number, body: QuizChange) -> QuizOpened:
    """Give it another title, put it away, take it out again."""
    if body.title is not None:
        store.rename(parts.store, number, body.title)
    if body.archived is not None:
        store.put_away(parts.store, number, now() if body.archived else None)
    return opened(parts, number)


@router.put("/{number}/draft", responses=CONFLICT)
def write(parts: Given, number: Number, body: QuizDraft) -> QuizOpened:
    """Write its draft. What is published stays as it is; the rep of each new clip is asked."""
    quiz_drafts.save(parts, number, body.questions, attempts=body.attempts, revision=body.revision)
    return opened(parts, number)


@router.delete("/{number}/draft", status_code=204)
def drop(parts: Given, number: Number) -> None:
    """Throw the draft away: what was published last holds again."""
    store.drop_draft(parts.store, number)


@router.post("/{number}/publish", responses=CONFLICT)
def publish(parts: Given, number: Number, body: Publishing | None = None) -> QuizOpened:
    """Let the draft out. Whoever has started keeps their version. Refused (409) while something stands in the way."""
    quiz_drafts.publish(parts, number, body.revision if body is not None else None)
    return opened(parts, number)


@router.get("/{number}/results")
def told(parts: Given, number: Number) -> ResultsShown:
    """Who has done it how well, of those whom you coach; which questions are hard."""
    found = results.results(parts, number)
    people = [ResultShown.of(one) for one in found.people]
    return ResultsShown(items=people, total=len(people), questions=[HardnessShown.of(one) for one in found.questions])


# what pages ask


def listed(parts: Parts, *, archived: bool = False) -> list[QuizShown]:
    """The quizzes, with how they stand."""
    found = store.find(parts.store, archived=archived)
    history = store.history(parts.store, [one.id for one in found])
    return [QuizShown.of(one, history[one.id]) for one in found]


def opened(parts: Parts, number: int) -> QuizOpened:
    """One quiz with what it asks. Raises NotFound, also for one with clips that this person may not see."""
    quiz, _ = quiz_drafts.opened(parts, number)
    return QuizOpened.opened(parts, quiz, store.history(parts.store, [number])[number])
