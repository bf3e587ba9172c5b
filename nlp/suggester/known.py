"""Sentences whose tag is known: ours, the playbook's own examples, and those that the team has judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from nlp.findings import Speaker, Turn
from nlp.rules import CompiledPlaybook

FAMILY = "objection."
REPLIES = ("handling.", "step.")
LEARNER = "learner/2"  # raised when the same sentences would teach something else
NOTHING = "none"  # the file of sentences that are no objection, of calls that are conversations
_SIDES: dict[str, Speaker] = {"R": "rep", "C": "customer"}


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence is this tag, or (``right`` is false) is not; ``tag`` None: it is none of them."""

    text: str
    tag: str | None
    right: bool = True
    judged: bool = False  # by the team

    @property
    def order(self) -> tuple[str, str, bool, bool]:
        """Sorts examples the same way every time."""
        return self.text, self.tag or "", self.right, self.judged


def ours() -> tuple[Example, ...]:
    """Customers' sentences that come with the package: a file a kind, a sentence a line, ``#`` before a remark."""
    return in_folder(files("nlp") / "suggester" / "sentences")


def taught() -> tuple[Example, ...]:
    """Customers' sentences that the encoder has learnt from besides."""
    return in_folder(files("nlp") / "sentence_encoder" / "sentences")


def replies() -> tuple[Example, ...]:
    """Reps' sentences that come with the package: a file a tag."""
    return in_folder(files("nlp") / "suggester" / "replies", "")


class Call(NamedTuple):
    """A call that was made up, its type ("none" for a conversation) and its turns."""

    type: str
    turns: tuple[Turn, ...]


def calls() -> tuple[Call, ...]:
    """Calls that come with the package: a file a type, a turn a line ("R: " the rep's), an empty line between calls."""
    return tuple(
        Call(file.name.removesuffix(".txt"), _turns(told.splitlines()))
        for file in sorted((files("nlp") / "suggester" / "calls").iterdir(), key=lambda entry: entry.name)
        for told in file.read_text(encoding="utf-8").strip().split("\n\n")
    )


class Answered(NamedTuple):
    """A moment: the parts of good handling that whoever made it up says are heard; the concern, then the reply."""

    parts: frozenset[str]
    turns: tuple[Turn, ...]


def moments() -> tuple[Answered, ...]:
    """Moments that come with the package."""
    return answered((files("nlp") / "suggester" / "moments.txt").read_text(encoding="utf-8"))


def answered(text: str) -> tuple[Answered, ...]:
    """Moments as they are written: a block each, the parts in a line ("none"), then a turn a line, as :func:`calls`."""
    blocks = (told.splitlines() for told in text.strip().split("\n\n"))
    return tuple(Answered(frozenset(parts.split()) - {NOTHING}, _turns(lines)) for parts, *lines in blocks)


def _turns(lines: Iterable[str]) -> tuple[Turn, ...]:
    return tuple(Turn(_SIDES[line[0]], line[3:]) for line in lines)


def in_folder(folder: Traversable, family: str = FAMILY) -> tuple[Example, ...]:
    """Sentences of a folder: a file a tag of the family, a sentence a line, ``#`` before a remark."""
    found: list[Example] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        kind = file.name.removesuffix(".txt")
        tag = None if kind == NOTHING else family + kind
        lines = file.read_text(encoding="utf-8").splitlines()
        found += [Example(line, tag) for line in lines if line.strip() and not line.startswith("#")]
    return tuple(found)


def of_playbook(playbook: CompiledPlaybook, families: tuple[str, ...] = (FAMILY,)) -> tuple[Example, ...]:
    """A playbook's own examples of these tags (objections), and of what is none."""
    rules = [rule for rule in playbook.tags if rule.id.startswith(families)]
    return tuple(
        Example(text.value, rule.id, right)
        for rule in rules
        for right, texts in ((True, rule.match), (False, rule.not_match))
        for text in texts
    )


def judged(content: bytes) -> tuple[Example, ...]:
    """What the team has agreed with and rejected: ``{"items": [{"text", "speaker", "tag", "right"}, …]}``.

    Only what a customer, or nobody known, said. Raises ValueError where that can't be read.
    """
    try:
        items = json.loads(content)["items"]
        return tuple(
            Example(str(item["text"]), str(item["tag"]), bool(item["right"]), judged=True)
            for item in items
            if item.get("speaker") != "rep" and str(item["tag"]).startswith(FAMILY)
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def fingerprint_of_calls(known: Iterable[Call]) -> str:
    """Names what is learnt from calls, in whatever order: 16 hex digits."""
    lines = sorted("\n".join([call.type, *(f"{turn.speaker}\t{turn.text}" for turn in call.turns)]) for call in known)
    return hashlib.sha256("\n\n".join([LEARNER, *lines]).encode()).hexdigest()[:16]


def fingerprint(examples: Iterable[Example]) -> str:
    """Names what is learnt from a set of sentences, in whatever order: 16 hex digits."""
    meanings = files("nlp").joinpath("suggester", "meanings.yml").read_text(encoding="utf-8")
    lines = sorted(f"{e.tag}\t{e.right}\t{e.judged}\t{e.text}" for e in examples)
    return hashlib.sha256("\n".join([LEARNER, meanings, *lines]).encode()).hexdigest()[:16]
