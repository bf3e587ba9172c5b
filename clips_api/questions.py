"""The kinds of questions: what each shows before it is answered, what is an answer, how it is graded and explained.

Nothing of a question leaves the server before it is answered but what its `shown` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from clips_api.asking import Choice, Data, Explained, Grade, Id, Mixed, Option, Seen, Shown, Way, Words, new_id
from clips_api.excerpts import Excerpt

LONGEST = 2000  # code points of an answer in own words
MOST_OPTIONS = 8
STANDS_OUT = 1.6  # times as long as any other: an answer that gives itself away


class Question(Data):
    """What every kind has. `given` is an answer as it is kept: a list of texts."""

    id: Id = Field(default_factory=new_id)
    text: Words
    explanation: Words = ""
    clip: Excerpt | None = None
    points: int = Field(1, ge=1, le=5)

    way: ClassVar[Way]
    name: ClassVar[str]

    def shown(self, mixed: Mixed) -> Shown:
        """All that may be seen of it before it is answered."""
        clip = self.clip
        heard = {"lines": clip.heard, "seconds": clip.seconds, "stops": clip.stops} if clip else {}
        choices = tuple(Choice(id=one.id, text=one.text) for one in mixed(self._options()))
        return Shown(id=self.id, text=self.text, way=self.way, choices=choices, **heard)

    def read(self, given: Sequence[str]) -> list[str]:
        """An answer as it is kept; empty where there is none."""
        known = {one.id for one in self._options()}
        return list(dict.fromkeys(name for name in given if name in known))

    def grade(self, given: Sequence[str]) -> Grade:
        """What an answer is worth."""
        right = bool(given) and self._is_right(given)
        return Grade(right=right, points=float(self.points if right else 0))

    def explained(self, given: Sequence[str], mixed: Mixed) -> Explained:
        """What is told afterwards."""
        right = self.right_ids()
        options = tuple(
            Seen(text=one.text, why=one.why, right=one.id in right, chosen=one.id in given)
            for one in mixed(self._options())
        )
        return Explained(options=options, **self._after())

    def faults(self) -> list[str]:
        """What must be put right before it is asked."""
        return [] if self.text else ["Say what is asked."]

    def hints(self) -> list[str]:
        """What could be better."""
        return []

    def right_ids(self) -> tuple[str, ...]:
        """The options that are right."""
        return ()

    def _options(self) -> tuple[Option, ...]:
        return ()

    def _is_right(self, given: Sequence[str]) -> bool:
        return set(given) == set(self.right_ids())

    def _after(self) -> dict[str, Any]:
        rest = {"rest": self.clip.rest, "rest_seconds": self.clip.rest_seconds} if self.clip else {}
        return {"explanation": self.explanation} | rest


class Choosing(Question):
    """A question with options."""

    options: tuple[Option, ...] = Field((), max_length=MOST_OPTIONS)

    def faults(self) -> list[str]:
        found = super().faults()
        texts = [one.text.casefold() for one in self.options]
        if len(texts) < 2:
            found.append("Give at least two answers.")
        if "" in texts or len(set(texts)) < len(texts):
            found.append("Two answers are the same, or one is empty.")
        if not set(self.right_ids()) <= {one.id for one in self.options} or not self.right_ids():
            found.append("Say which answer is right.")
        return found

    def hints(self) -> list[str]:
        right = [len(one.text) for one in self.options if one.id in self.right_ids()]
        others = [len(one.text) for one in self.options if one.id not in self.right_ids()]
        if right and others and min(right) > STANDS_OUT * max(others):
            return ["The right answer is much longer than the others: that gives it away."]
        return []

    def _options(self) -> tuple[Option, ...]:
        return self.options


class Single(Choosing):
    """One option is right."""

    right: str = ""
    way: ClassVar[Way] = "one"

    def right_ids(self) -> tuple[str, ...]:
        return (self.right,) if self.right else ()


class One(Single):
    """One answer is right."""

    kind: Literal["one"] = "one"
    name: ClassVar[str] = "One choice"


class Spot(Single):
    """Choose the step, or the part of a reply, that is not heard in the clip."""

    kind: Literal["spot"] = "spot"
    name: ClassVar[str] = "Spot what is missing"

    def faults(self) -> list[str]:
        return super().faults() + ([] if self.clip else ["Choose a clip in which something is not heard."])


class Reply(Single):
    """The clip stops before the reply: what would you say? The rep's own words, and weaker ones that nobody said."""

    kind: Literal["reply"] = "reply"
    name: ClassVar[str] = "What would you say?"

    def faults(self) -> list[str]:
        stops = self.clip is not None and self.clip.stops
        return super().faults() + ([] if stops else ["Choose a clip that stops before the reply."])


class Several(Choosing):
    """Some answers are right; all of them and no other must be chosen."""

    kind: Literal["several"] = "several"
    right: tuple[str, ...] = ()
    way: ClassVar[Way] = "many"
    name: ClassVar[str] = "Several choices"

    def right_ids(self) -> tuple[str, ...]:
        return self.right


class Order(Choosing):
    """Put in order; the options stand in the right one."""

    kind: Literal["order"] = "order"
    way: ClassVar[Way] = "order"
    name: ClassVar[str] = "Put in order"

    def right_ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.options)

    def read(self, given: Sequence[str]) -> list[str]:
        found = super().read(given)
        return found if len(found) == len(self.options) else []

    def explained(self, given: Sequence[str], mixed: Mixed) -> Explained:  # noqa: ARG002  told in the right order
        texts = {one.id: one.text for one in self.options}
        options = tuple(
            Seen(text=one.text, why=one.why, right=True, chosen=place < len(given) and given[place] == one.id)
            for place, one in enumerate(self.options)
        )
        return Explained(options=options, given=tuple(texts[name] for name in given if name in texts), **self._after())

    def _is_right(self, given: Sequence[str]) -> bool:
        return tuple(given) == self.right_ids()


class Own(Question):
    """Answered in own words; a manager gives the points."""

    kind: Literal["own"] = "own"
    look_for: tuple[Words, ...] = Field((), max_length=MOST_OPTIONS)
    points: int = Field(2, ge=1, le=5)
    way: ClassVar[Way] = "words"
    name: ClassVar[str] = "In your own words"

    def read(self, given: Sequence[str]) -> list[str]:
        text = "\n".join(given).replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST]
        return [text] if text else []

    def grade(self, given: Sequence[str]) -> Grade:
        return Grade(right=None, points=None) if given else Grade(right=False, points=0.0)

    def explained(self, given: Sequence[str], mixed: Mixed) -> Explained:  # noqa: ARG002  nothing to choose
        return Explained(given=tuple(given), look_for=self.look_for, **self._after())


Kind: TypeAlias = One | Several | Order | Spot | Own | Reply
AnyQuestion = Annotated[Kind, Field(discriminator="kind")]
KINDS: dict[str, type[Kind]] = {
    kind.model_fields["kind"].default: kind for kind in (Reply, One, Several, Spot, Order, Own)
}
_MANY: TypeAdapter[list[AnyQuestion]] = TypeAdapter(list[AnyQuestion])


def read(stored: Any) -> list[Kind]:
    """Questions as they are kept, or as somebody sends them. Raises ValidationError."""
    return _MANY.validate_python(stored)


def stored(questions: Sequence[Kind]) -> list[dict[str, Any]]:
    """Questions as they are kept."""
    return [one.model_dump(mode="json") for one in questions]
