"""The JSON of the library: collections, kept clips, what is alike."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from clips_api.problems import Problem
from clips_api.shelf import Shelved
from clips_api.store import uses
from clips_api.store.collections import Collection
from clips_api.store.kept import Held, Reason

CLIP = r"^[0-9a-z-]{1,40}$"  # the signs of clip ids


def _line(text: str) -> str:
    """One line that a database can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a character stands in it") from error
    return " ".join(text.replace("\0", " ").split())


Title = Annotated[str, AfterValidator(_line), Field(min_length=1, max_length=200)]
Sentence = Annotated[str, AfterValidator(_line), Field(max_length=2000)]
Version = Annotated[int | None, Field(description="The version that you saw: refused (409) where it is not the last.")]


class CollectionMade(BaseModel):
    """What a new collection is called, and what it is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    purpose: Sentence = ""
    review_on: date | None = None


class CollectionChange(BaseModel):
    """What changes; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title | None = None
    purpose: Sentence | None = None
    review_on: date | None = None
    version: Version = None


class CollectionShown(BaseModel):
    """A collection, and what it amounts to."""

    id: int
    title: str
    purpose: str
    review_on: date | None = Field(description="The day by which it should be looked through again.")
    by: str
    created_at: datetime
    changed_at: datetime
    version: int
    clips: int
    seconds: float = Field(description="Of all its clips together.")
    uses: int = Field(description="How often it, or one of its clips, was played, shared, packed or attached.")

    @classmethod
    def of(cls, one: Collection) -> Self:
        return cls(**asdict(one) | {"seconds": round(one.seconds, 3)})


class ToKeep(BaseModel):
    """Which clip, and why it is strong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clip_id: str = Field(pattern=CLIP, examples=["0123456789abcdef-83200-97450"])
    why: Sentence = ""
    anyway: bool = Field(False, description="Also where one like it is in this collection already.")


class Duplicate(BaseModel):
    """A clip that is kept already: the same one, one that shares more than half, or one with the same words."""

    collection_id: int
    title: str
    clip_id: str
    place: int
    reason: Reason

    @classmethod
    def of(cls, held: Held) -> Self:
        place = {name: getattr(held.clip, name) for name in ("collection_id", "clip_id", "place")}
        return cls(**place, title=held.title, reason=held.reason or "same")


class Doubled(Problem):
    """A clip was not kept, because one like it is in the collection already."""

    duplicates: list[Duplicate]


class KeptShown(BaseModel):
    """A clip in a collection: what was said as it was when it was kept."""

    id: str = Field(examples=["0123456789abcdef-83200-97450"])
    collection_id: int
    place: int = Field(description="Its place in the order; 1 is first.")
    why: str
    version: int = Field(description="Of `why`.")
    recording_id: str
    tag: str | None
    start: float | None
    end: float | None
    speaker: str
    quote: str
    reply: str | None
    reply_speaker: str | None
    rep: str | None
    customer: str | None
    started_at: str | None
    by: str
    at: datetime
    uses: int = Field(description="How often this clip was used, wherever.")
    playable: bool = Field(description="Whether its call is still there to be heard.")
    duplicates: list[Duplicate] = Field([], description="Where else it, or one like it, is kept; told once, on adding.")

    @classmethod
    def of(cls, one: Shelved, duplicates: list[Held] | None = None) -> Self:
        same = {name: value for name, value in asdict(one.clip).items() if name in cls.model_fields}
        own = {"id": one.clip.clip_id, "start": one.clip.start_s, "end": one.clip.end_s}
        more = {"uses": one.uses, "playable": one.playable}
        return cls(**same | own | more, duplicates=[Duplicate.of(held) for held in duplicates or []])


class KeptChange(BaseModel):
    """What changes about a kept clip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: Sentence | None = None
    place: int | None = Field(None, ge=1, le=1_000_000, description="1 is first; beyond the end is last.")
    version: Version = None


class Use(BaseModel):
    """A clip, a collection, or a clip out of a collection was used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: uses.What
    collection_id: int | None = Field(None, ge=1, lt=2**31)
    clip_id: str | None = Field(None, pattern=CLIP)
