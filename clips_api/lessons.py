"""What stands in a lesson: texts and clips in order, how long they take, and when that is too long.

A clip keeps its words and times as they were when it was put in: it outlives a new index and a changed playbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from clips_api.masking import hide
from clips_api.render import clock

LONGEST = 300  # seconds a lesson may take: five minutes
PACE = 200  # words a minute that people read
MOST = 60  # items of a lesson


def _held(text: str) -> str:
    """Text that a database can hold, its lines kept."""
    lines = (" ".join(line.split()) for line in text.replace("\0", " ").splitlines())
    return "\n".join(lines).strip()


Key = Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}$", description="Names the item within its lesson.")]
Heading = Annotated[str, Field(max_length=100), AfterValidator(lambda text: " ".join(_held(text).split()))]
Words = Annotated[str, Field(max_length=4000), AfterValidator(_held)]
Hint = Annotated[str, Field(max_length=500), AfterValidator(_held)]


class Line(BaseModel):
    """What one side says in a clip."""

    model_config = ConfigDict(frozen=True)

    speaker: Literal["rep", "customer", "unknown"]
    text: str


class Written(BaseModel):
    """A short text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Key
    kind: Literal["text"] = "text"
    title: Heading = ""
    text: Words = ""

    @property
    def seconds(self) -> float:
        return reading(self.title, self.text)


class Heard(BaseModel):
    """A clip, with what was said in it as it was then. Seconds from the start of its call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Key
    kind: Literal["clip"] = "clip"
    clip_id: str
    recording_id: str
    start_s: float | None
    end_s: float | None
    said: tuple[Line, ...]
    tag: str | None = None
    rep: str | None = None
    customer: str | None = None
    started_at: str | None = None
    note: Hint = Field("", description="What to listen for.")

    def masked(self) -> Self:
        """The same, personal data hidden."""
        lines = tuple(line.model_copy(update={"text": hide(line.text)}) for line in self.said)
        return self.model_copy(update={"said": lines})

    @property
    def length(self) -> float | None:
        """Of its sound; None where its words have no times."""
        return None if self.start_s is None or self.end_s is None else self.end_s - self.start_s

    @property
    def seconds(self) -> float:
        """What is heard, and the note; a clip without sound is read."""
        heard = self.length
        return reading(self.note) + (reading(*(line.text for line in self.said)) if heard is None else heard)


Item = Annotated[Written | Heard, Field(discriminator="kind")]
_ITEMS = TypeAdapter(tuple[Item, ...])


def read(items: Iterable[dict[str, Any]]) -> tuple[Written | Heard, ...]:
    """Items as records keep them."""
    return _ITEMS.validate_python(list(items))


def written(items: Iterable[Written | Heard]) -> list[dict[str, Any]]:
    """Items as records keep them, from what they are."""
    return [item.model_dump(mode="json") for item in items]


def reading(*texts: str) -> float:
    """How long some texts take to read, seconds."""
    return sum(len(text.split()) for text in texts) * 60 / PACE


def seconds(items: Iterable[Written | Heard]) -> int:
    """How long a lesson takes: its clips are heard once, its texts read at 200 words a minute."""
    return ceil(round(sum(item.seconds for item in items), 3))


def counted(takes: int) -> str:
    """What the counter says: 4:18 of 5:00, or by how much it is too long."""
    too_long = f", {clock(takes - LONGEST)} too long" if takes > LONGEST else ""
    return f"{clock(takes)} of {clock(LONGEST)}{too_long}"


def fresh(taken: Sequence[str]) -> str:
    """A key for a new item, that none of these has."""
    return str(max((int(key) for key in taken if key.isdigit()), default=0) + 1)
