"""What questions are made of: options, what of a question is shown before it is answered, and what is told after."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from clips_api.excerpts import Line

Way = Literal["one", "many", "order", "words"]  # how it is answered
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")]


def new_id() -> str:
    """An id that tells nothing: neither order nor which is right."""
    return secrets.token_hex(4)


class Data(BaseModel):
    """A part of a question."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Data):
    """One answer to choose. `why` is told afterwards."""

    id: Id = Field(default_factory=new_id)
    text: Words
    why: Words = ""


class Choice(Data):
    """What of an option may be seen before answering."""

    id: str
    text: str


class Shown(Data):
    """All of a question that may be seen before it is answered."""

    id: str
    text: str
    way: Way
    choices: tuple[Choice, ...] = ()
    lines: tuple[Line, ...] = ()  # what is heard in its clip
    seconds: float | None = None  # of its clip
    stops: bool = False  # whether the clip goes on afterwards


class Grade(Data):
    """What an answer is worth; None waits for a manager."""

    right: bool | None
    points: float | None


class Seen(Data):
    """An option afterwards."""

    text: str
    why: str
    right: bool
    chosen: bool


class Explained(Data):
    """What is told once the quiz was handed in."""

    options: tuple[Seen, ...] = ()
    given: tuple[str, ...] = ()  # their order, or their own words
    look_for: tuple[str, ...] = ()
    explanation: str = ""
    rest: tuple[Line, ...] = ()
    rest_seconds: float | None = None


Mixed: TypeAlias = Callable[[Sequence[Option]], list[Option]]  # puts options into the order in which they are shown
