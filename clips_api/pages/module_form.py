"""What the form of a lesson says: its items in their order, and what the pressed button wants done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import ValidationError
from starlette.datastructures import FormData

from clips_api import lessons
from clips_api.lesson_drafts import ClipWanted, TextWanted
from pipeline.errors import BadInput

FIELDS = 5 * lessons.MOST + 20
COLUMNS = ("key", "clip", "heading", "words")
Items = list[TextWanted | ClipWanted]


@dataclass(frozen=True)
class ModuleForm:
    """A lesson as the page sent it. `act` is done with the item `key` after everything is saved."""

    title: str
    quiz_id: int | None
    revision: int
    items: Items
    act: str
    key: str

    @classmethod
    def read(cls, form: FormData) -> Self:
        """Raises BadInput."""
        columns = [[str(value) for value in form.getlist(name)] for name in COLUMNS]
        act, _, key = str(form.get("do", "save")).partition(":")
        quiz, revision = str(form.get("quiz", "")), str(form.get("revision", ""))
        if not revision.isdecimal() or (quiz and not quiz.isdecimal()):
            raise BadInput("the form is not whole: load the page again")
        return cls(
            title=" ".join(str(form.get("title", "")).split())[:200],
            quiz_id=int(quiz) if quiz else None,
            revision=int(revision),
            items=[_item(*row) for row in zip(*columns, strict=False)],
            act=act,
            key=key,
        )

    def done(self) -> Items:
        """The items once the button's wish is done: moved, taken out, a text added."""
        act = ACTS.get(self.act)
        at = next((place for place, one in enumerate(self.items) if one.id == self.key), None)
        if self.act == "text":
            return [*self.items, TextWanted(kind="text", id=lessons.fresh([one.id or "" for one in self.items]))]
        return act(list(self.items), at) if act is not None and at is not None else self.items


def _moved(by: int) -> Callable[[Items, int], Items]:
    def move(items: Items, at: int) -> Items:
        items.insert(max(0, at + by), items.pop(at))
        return items

    return move


def _without(items: Items, at: int) -> Items:
    return items[:at] + items[at + 1 :]


ACTS: Mapping[str, Callable[[Items, int], Items]] = {"up": _moved(-1), "down": _moved(1), "out": _without}


def _item(key: str, clip: str, heading: str, words: str) -> TextWanted | ClipWanted:
    try:
        if clip:
            return ClipWanted(kind="clip", id=key, clip_id=clip, note=words)
        return TextWanted(kind="text", id=key, title=heading, text=words)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise BadInput(f"{heading or words[:40] or key}: {first['msg']}") from error
