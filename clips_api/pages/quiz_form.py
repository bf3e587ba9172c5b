"""What the form of a quiz says: its questions in their order, and what the pressed button wants done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import ValidationError
from starlette.datastructures import FormData

from clips_api.asking import new_id
from clips_api.questions import KINDS, MOST_OPTIONS, Kind
from clips_api.quiz_drafts import MOST, MOST_TRIES
from pipeline.errors import BadInput

FIELDS = MOST * (10 + 4 * (MOST_OPTIONS + 2)) + 20


@dataclass(frozen=True)
class QuizForm:
    """A quiz as the page sent it. `act` is done with the question `key` after everything is saved."""

    title: str
    attempts: int
    revision: int
    questions: list[Kind]
    act: str
    key: str

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Raises BadInput."""
        act, _, key = str(form.get("do", "save")).partition(":")
        revision, attempts = str(form.get("revision", "")), str(form.get("attempts", ""))
        if not revision.isdecimal() or not attempts.isdecimal() or not 1 <= int(attempts) <= MOST_TRIES:
            raise BadInput("the form is not whole: load the page again")
        return cls(
            title=" ".join(str(form.get("title", "")).split())[:200],
            attempts=int(attempts),
            revision=int(revision),
            questions=[_question(form, str(name)) for name in form.getlist("question")],
            act=act,
            key=str(form.get("kind", "")) if act == "new" else key,
        )

    def done(self) -> list[Kind]:
        """The questions once the button's wish is done: moved, taken out, one added."""
        if self.act == "new":
            kind = KINDS.get(self.key)
            return [*self.questions, kind(text="")] if kind is not None else self.questions
        act = ACTS.get(self.act)
        at = next((place for place, one in enumerate(self.questions) if one.id == self.key), None)
        return act(list(self.questions), at) if act is not None and at is not None else self.questions


def _moved(by: int) -> Callable[[list[Kind], int], list[Kind]]:
    def move(questions: list[Kind], at: int) -> list[Kind]:
        questions.insert(max(0, at + by), questions.pop(at))
        return questions

    return move


def _without(questions: list[Kind], at: int) -> list[Kind]:
    return questions[:at] + questions[at + 1 :]


def _unclipped(questions: list[Kind], at: int) -> list[Kind]:
    questions[at] = questions[at].model_copy(update={"clip": None})
    return questions


ACTS: Mapping[str, Callable[[list[Kind], int], list[Kind]]] = {
    "up": _moved(-1),
    "down": _moved(1),
    "out": _without,
    "unclip": _unclipped,
}


def _question(form: FormData, name: str) -> Kind:
    """One question of the form; its fields begin with its id."""

    def field(what: str) -> str:
        return str(form.get(f"{name}.{what}", "")).strip()

    kind = KINDS.get(field("kind"))
    if kind is None:
        raise BadInput("the form is not whole: load the page again")
    given: dict[str, Any] = {"id": name, "text": field("text"), "explanation": field("explanation")}
    if field("clip"):
        given["clip"] = {"clip_id": field("clip"), "until": _until(field)}
    if field("points"):
        given["points"] = field("points")
    if "look_for" in kind.model_fields:
        given["look_for"] = [line.strip() for line in field("look_for").splitlines() if line.strip()]
    if "options" in kind.model_fields:
        given["options"] = _options(form, name, field)
    if "right" in kind.model_fields:
        kept = {one["id"] for one in given["options"]}
        right = [str(one) for one in form.getlist(f"{name}.right") if one in kept]
        given["right"] = right if kind.way == "many" else next(iter(right), "")
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise BadInput(f"“{field('text')[:60]}”: {first['msg']}") from error


def _options(form: FormData, name: str, field: Callable[[str], str]) -> list[dict[str, str]]:
    """The options that say something; with places (where order matters) in those."""
    found = []
    for number, option in enumerate(str(one) for one in form.getlist(f"{name}.option")):
        text, place = field(f"text.{option}"), field(f"place.{option}")
        if text:
            made = {"id": option or new_id(), "text": text, "why": field(f"why.{option}")}
            found.append((int(place) if place.isdecimal() else number + 1, number, made))
    return [made for _, _, made in sorted(found, key=lambda one: one[:2])]


def _until(field: Callable[[str], str]) -> float | None:
    """Where the clip stops: seconds from its start as typed, unless that is what stood there."""
    typed, stood, exact, start = (field(what) for what in ("stops", "stood", "until", "start"))
    try:
        if typed == stood:
            return float(exact) if exact else None
        return round(float(start or 0) + float(typed), 3) if typed else None
    except ValueError as error:
        raise BadInput(f"{typed!r}: where a clip stops is a number of seconds, like 4.2") from error
