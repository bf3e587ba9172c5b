"""The JSON of lessons: a module, its draft, its versions, who has it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from clips_api import lessons, publishing
from clips_api.collections_shown import Title
from clips_api.deps import Parts
from clips_api.lesson_drafts import Wanted
from clips_api.lessons import Heard, Item, Written
from clips_api.publishing import Obstacle, Why
from clips_api.store.learners import Learner, State
from clips_api.store.modules import Module, Version

Revision = Annotated[
    int | None, Field(description="The revision that you saw: refused (409) where it is not the last.")
]


class ModuleMade(BaseModel):
    """What a new lesson is called, and from which collection it is made, if from one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = Field(None, description="Of a lesson from a collection: the collection's, if left out.")
    collection_id: int | None = Field(None, ge=1, lt=2**31)


class ModuleChange(BaseModel):
    """What changes; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = None
    archived: bool | None = Field(None, description="Put away: it is in no list, and whoever has it keeps it.")


class Draft(BaseModel):
    """What the lesson is to hold, all of it, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[Wanted] = Field(max_length=lessons.MOST)
    quiz_id: int | None = Field(None, ge=1, lt=2**31, description="The quiz at its end.")
    revision: Revision = None


class Publishing(BaseModel):
    """Which draft is let out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: Revision = None


class ObstacleShown(BaseModel):
    """What stands in the way of publishing."""

    why: Why
    words: str
    item: str | None = Field(description="The id of the item that it is about.")

    @classmethod
    def of(cls, one: Obstacle) -> Self:
        return cls(why=one.why, words=one.words, item=one.item)


class VersionShown(BaseModel):
    """One version. Items of calls that you may not see have no words."""

    id: int
    number: int
    revision: int
    items: list[Item]
    item_seconds: list[int] = Field(description="How long each item takes.")
    quiz_id: int | None
    seconds: int
    counter: str = Field(examples=["4:18 of 5:00"])
    by: str
    changed_at: datetime
    published_at: datetime | None = Field(description="Null in the draft.")

    @classmethod
    def of(cls, parts: Parts, one: Version) -> Self:
        items = shown(parts, lessons.read(one.items))
        same = ("id", "number", "revision", "quiz_id", "by", "changed_at", "published_at")
        takes = lessons.seconds(items)
        return cls(
            **{name: getattr(one, name) for name in same},
            items=list(items),
            item_seconds=[lessons.seconds([item]) for item in items],
            seconds=takes,
            counter=lessons.counted(takes),
        )


class ModuleShown(BaseModel):
    """A lesson, how it stands, and how many have it: of those whom you coach."""

    id: int
    title: str
    by: str
    made_at: datetime
    archived: bool
    number: int | None = Field(description="Of the version that is out; null where none is.")
    draft: bool = Field(description="Whether changes wait to be published.")
    seconds: int
    items: int
    quiz_id: int | None
    assigned: int
    started: int
    finished: int

    @classmethod
    def of(cls, one: Module, versions: list[Version], learners: list[Learner]) -> Self:
        last = versions[0]
        out = next((version for version in versions if version.published_at is not None), None)
        return cls(
            id=one.id,
            title=one.title,
            by=one.by,
            made_at=one.made_at,
            archived=one.archived_at is not None,
            number=out.number if out is not None else None,
            draft=last.published_at is None,
            seconds=last.seconds,
            items=len(last.items),
            quiz_id=last.quiz_id,
            assigned=len(learners),
            started=sum(learner.started_at is not None for learner in learners),
            finished=sum(learner.finished_at is not None for learner in learners),
        )


class ModuleOpened(ModuleShown):
    """A lesson with what it holds now, and what stands in the way of publishing it."""

    version: VersionShown
    obstacles: list[ObstacleShown]


class LearnerShown(BaseModel):
    """One person with the lesson."""

    assignment_id: int
    person_id: int
    name: str
    team: str | None
    state: State
    number: int | None = Field(description="Of the version that they have; null until they start.")
    due_on: date | None
    given_at: datetime
    started_at: datetime | None
    learned_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, one: Learner) -> Self:
        same = ("person_id", "name", "team", "state", "number", "due_on", "started_at", "learned_at", "finished_at")
        return cls(assignment_id=one.assignment, given_at=one.made_at, **{name: getattr(one, name) for name in same})


def shown(parts: Parts, items: tuple[Written | Heard, ...]) -> tuple[Written | Heard, ...]:
    """Items as this person may see them: personal data hidden, no words of calls that aren't theirs to see."""
    return tuple(item if isinstance(item, Written) else _shown(parts, item) for item in items)


def _shown(parts: Parts, item: Heard) -> Heard:
    if not publishing.visible(parts, item):
        return item.model_copy(update={"said": (), "customer": None})
    return item.masked() if parts.settings.mask else item
