"""The JSON of quizzes, for managers: it holds the answers. Reps get none of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from clips_api import quiz_drafts
from clips_api.collections_shown import Title
from clips_api.deps import Parts
from clips_api.marking import ToMark
from clips_api.questions import AnyQuestion, Kind
from clips_api.quiz_drafts import MOST, MOST_TRIES, TRIES
from clips_api.results import Hardness, Result, State
from clips_api.store.quizzes import Quiz, Version

Revision = Annotated[
    int | None, Field(description="The revision that you saw: refused (409) where it is not the last.")
]
Tries = Annotated[int, Field(ge=1, le=MOST_TRIES, description="How often it may be tried; the best counts.")]


class QuizMade(BaseModel):
    """What a new quiz is called, and how often it may be tried."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    attempts: Tries = TRIES


class QuizChange(BaseModel):
    """What changes; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = None
    archived: bool | None = Field(None, description="Put away: it is in no list, and whoever has it keeps it.")


class QuizDraft(BaseModel):
    """What the quiz is to ask, all of it, in order. Of a clip only `clip_id` and `until` are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    questions: list[AnyQuestion] = Field(max_length=MOST)
    attempts: Tries | None = None
    revision: Revision = None


class Publishing(BaseModel):
    """Which draft is let out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: Revision = None


class QuizShown(BaseModel):
    """A quiz in a list."""

    id: int
    title: str
    by: str
    made_at: datetime
    archived_at: datetime | None
    published: int | None = Field(description="The number of the version that is out.")
    draft: bool = Field(description="Whether something was changed since.")
    questions: int
    minutes: int
    attempts: int

    @classmethod
    def of(cls, quiz: Quiz, versions: list[Version]) -> Self:
        newest, out = versions[0], next((one for one in versions if one.published_at is not None), None)
        asked = quiz_drafts.asked(newest)
        return cls(
            **vars(quiz),
            published=out.number if out else None,
            draft=newest.published_at is None,
            questions=len(asked),
            minutes=quiz_drafts.minutes(asked),
            attempts=newest.attempts,
        )


class QuizOpened(QuizShown):
    """A quiz with what it asks: its draft, else what was published last."""

    number: int = Field(description="Of the version.")
    revision: int
    asks: list[AnyQuestion]
    faults: dict[str, list[str]] = Field(description="What keeps a question from being asked, by its id.")

    @classmethod
    def opened(cls, parts: Parts, quiz: Quiz, versions: list[Version]) -> Self:
        newest = versions[0]
        shown = QuizShown.of(quiz, versions).model_dump()
        own = {"number": newest.number, "revision": newest.revision}
        return cls(**shown, **own, asks=quiz_drafts.asked(newest), faults=quiz_drafts.faults(parts, newest))


class Proposed(BaseModel):
    """Questions made from a clip."""

    items: list[AnyQuestion]

    @classmethod
    def of(cls, found: list[Kind]) -> Self:
        return cls(items=list(found))


class PractisedShown(BaseModel):
    """How often questions came back to somebody, and how that went; not which."""

    asked: int
    answered: int
    right: int


class ResultShown(BaseModel):
    """How somebody did: the best attempt counts."""

    assignment: int
    person_id: int
    name: str
    team: str | None
    due_on: date | None
    state: State
    tries: int
    first_points: float | None = Field(description="At the first try.")
    points: float | None
    possible: float | None
    handed_in_at: datetime | None
    practised: PractisedShown | None = Field(description="What came back of it; null where nothing did.")

    @classmethod
    def of(cls, one: Result) -> Self:
        same = {name: getattr(one.taker, name) for name in ("assignment", "person_id", "name", "team", "due_on")}
        best, first = one.best, one.first
        return cls(
            **same,
            state=one.state,
            tries=one.tries,
            first_points=first.points if first else None,
            points=best.points if best else None,
            possible=best.possible if best else None,
            handed_in_at=one.at,
            practised=PractisedShown(**asdict(one.practised)) if one.practised else None,
        )


class HardnessShown(BaseModel):
    """How a question was answered at the first try."""

    id: str
    text: str
    asked: int
    right: int
    mistaken: str | None = Field(description="The wrong answer that was chosen most.")

    @classmethod
    def of(cls, one: Hardness) -> Self:
        return cls(id=one.question.id, text=one.question.text, asked=one.asked, right=one.right, mistaken=one.mistaken)


class ResultsShown(BaseModel):
    """The results of those whom you coach."""

    items: list[ResultShown]
    total: int
    questions: list[HardnessShown]


class ToMarkShown(BaseModel):
    """An answer in own words that waits for you."""

    quiz_id: int
    title: str
    attempt: int
    question: str
    name: str
    text: str = Field(description="What was asked.")
    given: str
    points: int = Field(description="The most.")
    handed_in_at: datetime | None

    @classmethod
    def of(cls, one: ToMark) -> Self:
        return cls(
            quiz_id=one.quiz_id,
            title=one.title,
            attempt=one.attempt.id,
            question=one.question.id,
            name=one.person.name,
            text=one.question.text,
            given="\n".join(one.answer.given),
            points=one.question.points,
            handed_in_at=one.attempt.submitted_at,
        )


class Mark(BaseModel):
    """Points for an answer in own words, and a sentence about it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: int = Field(ge=0, le=5)
    comment: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
