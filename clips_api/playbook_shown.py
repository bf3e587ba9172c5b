"""The JSON in which the playbook is answered and asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from clips_api.preview import Preview, State
from clips_api.rulebook import StepShown, TagShown
from nlp.check import Problem
from pipeline.compare import Example, Found
from pipeline.playbooks import Publication


class ReadingShown(BaseModel):
    """How far re-reading the calls by the playbook in force is."""

    done: int
    total: int


class Shown(BaseModel):
    """The playbook in force."""

    name: str
    version: str
    source: Literal["published", "settings", "default"]
    trouble: str | None = Field(description="Why it is not the one that was published last.")
    newer_default: bool = Field(description="Whether Exemplar came with another default since the last publication.")
    draft: bool = Field(description="Whether there are changes that are not published.")
    reading: ReadingShown | None
    tags: list[TagShown]
    steps: list[StepShown]
    history: list[Publication]


class Fault(BaseModel):
    """A line of a playbook file, and what is wrong with it."""

    file: str
    line: int
    message: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(file=problem.file, line=problem.line, message=problem.message)


class Changed(BaseModel):
    """What the draft makes of one file."""

    path: str
    kind: Literal["new", "changed", "gone"]
    lines: list[str] = Field(description="Lines taken away (-) and added (+), as in a diff.")


class DraftShown(BaseModel):
    """The changes that are not published."""

    exists: bool
    version: str | None
    changes: list[Changed]
    problems: list[Fault]
    files: list[str]


class File(BaseModel):
    """A file of the draft, or of the playbook in force where there is no draft."""

    path: str
    text: str
    digest: str = Field(description="Send it as `seen` when you save.")


class Text(BaseModel):
    """The new text of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(max_length=400_000)
    seen: str | None = Field(None, description="The digest of the text that was edited; refused where it changed.")


class Saved(BaseModel):
    """The file was saved; these examples don't hold yet, and keep the draft from being published."""

    problems: list[Fault]


class Sentence(BaseModel):
    """Something somebody might say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1, max_length=2000)
    speaker: Literal["rep", "customer"] = "customer"


class Matched(BaseModel):
    """A tag of the sentence."""

    tag: str
    title: str
    rule: str
    start: int
    end: int
    words: str


class Stopped(BaseModel):
    """A tag that the sentence would have but for something else in it."""

    tag: str
    title: str
    rule: str
    words: str
    by: str = Field(description="The pattern that stops it; empty where something else does.")
    by_words: str
    meant: bool = Field(description="False where the sentence as a whole is not like known ones of the tag.")


class Tried(BaseModel):
    """What one playbook makes of a sentence."""

    matched: list[Matched]
    stopped: list[Stopped]


class Both(BaseModel):
    """The same for the playbook in force and for the draft."""

    in_force: Tried
    draft: Tried | None


EXAMPLES = 6  # that are shown of each change


class PreviewShown(BaseModel):
    """What publishing the draft would change."""

    old: str
    new: str
    state: State
    done: int
    total: int
    current: bool = Field(description="Whether the draft and the playbook in force are still those compared.")
    found: Found | None

    @classmethod
    def of(cls, preview: Preview, current: tuple[str, str], seen: Callable[[set[str]], set[str]]) -> Self:
        """``seen`` tells which of some calls the person who asks may see: counts are of all, examples of those."""
        return cls(
            old=preview.old,
            new=preview.new,
            state=preview.state,
            done=preview.done,
            total=preview.total,
            current=(preview.old, preview.new) == current,
            found=_seen(preview.found, seen) if preview.found else None,
        )


def _seen(found: Found, seen: Callable[[set[str]], set[str]]) -> Found:
    kept = [example for tag in found.tags for example in (*tag.gained_examples, *tag.lost_examples)]
    ids = seen({one.recording_id for one in kept} | {name for one in found.verdicts for name in one.examples})

    def some(examples: list[Example]) -> list[Example]:
        return [one for one in examples if one.recording_id in ids][:EXAMPLES]

    tags = [
        tag.model_copy(update={"gained_examples": some(tag.gained_examples), "lost_examples": some(tag.lost_examples)})
        for tag in found.tags
    ]
    verdicts = [
        one.model_copy(update={"examples": [name for name in one.examples if name in ids][:EXAMPLES]})
        for one in found.verdicts
    ]
    return found.model_copy(update={"tags": tags, "verdicts": verdicts})


class Publish(BaseModel):
    """Who publishes, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str = Field("", max_length=80, description="Empty: whoever asks.")
    why: str = Field("", max_length=500)


class PublishDraft(Publish):
    """Which draft, where somebody has looked at it before."""

    version: str | None = Field(None, max_length=64, description="The draft is refused if it is another one by now.")


class Back(Publish):
    """Which version is to be in force again."""

    version: str = Field(max_length=64)


class Published(BaseModel):
    """The version in force."""

    version: str
