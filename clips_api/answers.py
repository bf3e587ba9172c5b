"""The JSON that the API answers with. Times are seconds from the start of the recording."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from clips_api.index.database import Row
from clips_api.index.search import Page
from clips_api.marks import marks, near_marks
from clips_api.query import Query
from pipeline.records import About, Analysis, Recording, Sighting, Transcript

Item = TypeVar("Item")
PARTS = ("acknowledge", "explore", "respond", "confirm")


class Listing(BaseModel, Generic[Item]):
    """A page of a list: `next` is the cursor of the following page, null at the end; `total` counts them all."""

    items: list[Item]
    next: str | None = None
    total: int

    @classmethod
    def of(cls, page: Page, items: list[Item]) -> Self:
        return cls(items=items, next=page.next, total=page.total)


class Marks(BaseModel):
    """The spans a search matched: [start, end) in code points."""

    quote: list[tuple[int, int]] = []
    reply: list[tuple[int, int]] = []
    near_quote: list[tuple[int, int]] = Field([], description="Near-misses, and names as they were misheard.")
    near_reply: list[tuple[int, int]] = []

    @classmethod
    def of(cls, quote: str, reply: str, query: Query) -> Self:
        return cls(
            quote=marks(quote, query),
            reply=marks(reply, query),
            near_quote=near_marks(quote, query),
            near_reply=near_marks(reply, query),
        )


class Rank(BaseModel):
    """Why a clip stands where it stands: `total` is words * handled * recent (docs/search.md)."""

    model_config = ConfigDict(from_attributes=True)

    words: float = Field(description="How well the words fit (BM25); 1 where none were asked for.")
    handled: float = Field(description="1 for a turn, 1.1 for a tag, 1.5 to 4.5 for a moment by its score.")
    recent: float = Field(description="Halves every four years.")
    total: float


class Clip(BaseModel):
    """A span worth playing: a moment, a tagged turn, or any other stretch of a call."""

    id: str = Field(examples=["0123456789abcdef-83200-97450"])
    recording_id: str
    kind: Literal["moment", "tag", "suggestion", "turn", "span"]
    tag: str | None = Field(None, examples=["objection.price"])
    tags: list[str] = Field(default_factory=list, description="Every tag of this span, `tag` among them.")
    sentence: str | None = Field(None, description="Of `tag`, as judgements name it.")
    judged_as: Literal["tag", "suggestion"] | None = Field(None, description="The kind of `tag` in judgements.")
    right: bool | None = Field(None, description="Whether you judged `tag` to be right; null where you did not.")
    judgement: int | None = None
    start: float | None
    end: float | None
    speaker: str
    quote: str
    context: str | None = Field(None, description="What was said just before.")
    reply: str | None = None
    reply_speaker: str | None = None
    score: float | None = Field(None, description="How well it was handled, 0 to 10; null where that isn't judged.")
    parts: dict[str, str | None] | None = Field(
        None, description="For a moment: the words of acknowledge, explore, respond, confirm, null where not heard."
    )
    why: str | None = None
    rep: str | None = None
    customer: str | None = None
    started_at: str | None = Field(None, description="When the call began; null where nobody knows.")
    marks: Marks = Marks()
    rank: Rank | None = Field(None, description="In a search by relevance: why it stands where it stands.")

    @classmethod
    def from_row(cls, row: Row, query: Query | None = None) -> Self:
        asked = query or Query()
        same = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        return cls.model_validate(
            same
            | {
                "start": row["start_s"],
                "end": row["end_s"],
                "started_at": row["started_text"],
                "parts": {part: row[part] for part in PARTS} if row["kind"] == "moment" else None,
                "marks": Marks.of(row["quote"], row["reply"] or "", asked),
            }
        )


class CallLine(BaseModel):
    """One call in a list."""

    id: str
    state: Literal["waiting", "heard", "done", "quarantined", "unreadable"]
    filename: str
    arrived_at: datetime | None
    rep: str | None
    customer: str | None
    started_at: str | None
    direction: str | None
    source: str | None
    type: str | None
    duration_s: float | None
    moments: int | None
    unclear: bool = Field(description="Whether a person has to say which voice is whose.")
    missed: list[str]
    problems: list[str]

    @classmethod
    def from_row(cls, row: Row) -> Self:
        same = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        return cls.model_validate(
            same
            | {
                "id": row["recording_id"],
                "started_at": row["started_text"],
                "arrived_at": zoned(row["arrived_at"]),
                "missed": row["missed"] or [],
                "problems": row["problems"] or [],
            }
        )


class Call(BaseModel):
    """One call with everything made of it so far."""

    id: str
    state: Literal["waiting", "heard", "done", "quarantined", "unreadable"]
    recording: Recording | None
    transcript: Transcript | None
    analysis: Analysis | None
    sightings: list[Sighting]
    why: str | None = Field(None, description="Why it could not become a call.")
    advice: str | None = None
    searchable: bool = Field(False, description="Whether the index holds this call as its documents stand now.")


class Facts(About):
    """Facts about a call as a person gives them. A field left out stays as it is; null makes it unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Corrections(BaseModel):
    """The same facts for many calls."""

    ids: list[str] = Field(min_length=1, max_length=500)
    set: Facts


class Uploaded(BaseModel):
    """A file taken from an upload. Its call answers under `id` once it is taken in."""

    id: str = Field(description="The id its call will have, known from its bytes.")
    name: str = Field(description="Its name in the inbox: another one where that was taken.")
    bytes: int
    known: bool = Field(description="Whether these very bytes had arrived before.")


class Accepted(BaseModel):
    """What was asked for is under way."""

    ids: list[str]


class Tracked(BaseModel):
    """A file somewhere on its way, as the status page shows it."""

    key: str = Field(description="Stays the same while the file stays in its group.")
    id: str | None = Field(None, description="The call's id, once its bytes are known.")
    name: str
    names: list[str] = Field([], description="Every name under which it arrived.")
    at: datetime | None = None
    stage: str | None = None
    percent: float | None = None
    left_s: float | None = None
    why: str | None = None
    advice: str | None = None
    detail: str | None = None
    retry: bool = Field(False, description="Whether another try can be asked for.")
    discard: bool = Field(False, description="Whether it can be deleted for good.")
    place: int | None = Field(None, description="Its place among those that wait to be heard; 1 is next.")
    cancel: bool = Field(False, description="Whether hearing it can be cancelled.")
    asked: Literal["first", "cancel", "retry"] | None = Field(None, description="What was asked for and is under way.")
    rep: str | None = None
    customer: str | None = None
    duration_s: float | None = None
    type: str | None = None
    moments: int | None = None
    unclear: bool = Field(False, description="Whether a person has to say which voice is whose.")
    waits: bool = Field(True, description="Whether Exemplar will do something with it by itself.")


class Status(BaseModel):
    """Where every file is."""

    running: bool = Field(description="Whether the worker has reported within the last ten seconds.")
    ready: bool = Field(description="Whether the speech model is loaded.")
    trouble: str | None = None
    indexing: bool = Field(description="Whether the index is still being built: search is incomplete.")
    busy: bool = Field(description="Whether anything is under way.")
    needs_you: Listing[Tracked]
    waiting: Listing[Tracked]
    hearing: Listing[Tracked]
    done: Listing[Tracked]


def zoned(when: datetime | None) -> datetime | None:
    """A time of the index with its zone."""
    return when.replace(tzinfo=UTC) if when else None
