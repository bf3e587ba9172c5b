"""Drafts of lessons: what a person asks for becomes items with the words of today; a collection becomes a lesson."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from clips_api import documents, lessons, rights
from clips_api.answers import Clip
from clips_api.clips import resolve
from clips_api.deps import Parts
from clips_api.lessons import Heading, Heard, Hint, Key, Line, Words, Written
from clips_api.shelf import shelf
from clips_api.spans import Span, turns_within
from clips_api.store import collections, quizzes
from clips_api.store import modules as store
from clips_api.store.kept import Kept
from clips_api.store.modules import Version
from pipeline.errors import BadInput, NotFound
from pipeline.library import now


class TextWanted(BaseModel):
    """A short text, new or changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["text"]
    id: Key | None = None
    title: Heading = ""
    text: Words = ""


class ClipWanted(BaseModel):
    """A clip. One that stands in the lesson already keeps its words; a new one gets those of today."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["clip"]
    id: Key | None = None
    clip_id: str = Field(pattern=r"^[0-9a-z-]{1,40}$", examples=["0123456789abcdef-83200-97450"])
    note: Hint = ""


Wanted = Annotated[TextWanted | ClipWanted, Field(discriminator="kind")]


def save(
    parts: Parts, module: int, wanted: Sequence[TextWanted | ClipWanted], *, quiz_id: int | None, revision: int | None
) -> Version:
    """Write a lesson's draft. Raises NotFound, BadInput, Overtaken."""
    if len(wanted) > lessons.MOST:
        raise BadInput(f"a lesson has {lessons.MOST} items at most")
    if quiz_id is not None:
        quizzes.one(parts.store, quiz_id)
    found = items(parts, module, wanted)
    return store.save(
        parts.store,
        module,
        items=lessons.written(found),
        quiz_id=quiz_id,
        seconds=lessons.seconds(found),
        revision=revision,
        by=parts.viewer.name,
        at=now(),
    )


def begin(parts: Parts, title: str) -> int:
    """An empty lesson; its number."""
    return store.make(parts.store, title, [], seconds=0, by=parts.viewer.name, at=now())


def from_collection(parts: Parts, number: int, title: str | None = None) -> int:
    """A lesson of what a collection holds, in its order, with the sentences that say why; its number.

    Raises NotFound, and BadInput for a collection that holds nothing.
    """
    one = collections.one(parts.store, number)
    clips = [shelved.clip for shelved in shelf(parts, number)][: lessons.MOST]
    if not clips:
        raise BadInput("keep a clip in this collection first: a lesson is made of what it holds")
    opening = [Written(id="0", title=one.title, text=one.purpose)] if one.purpose else []
    held: list[Written | Heard] = [*opening, *(_kept(parts, clip, str(place)) for place, clip in enumerate(clips, 1))]
    taken = lessons.seconds(held)
    return store.make(
        parts.store, title or one.title, lessons.written(held), seconds=taken, by=parts.viewer.name, at=now()
    )


def taken(parts: Parts, clip_id: str, key: str, note: str = "") -> Heard:
    """A clip as an item, with its words as they are today. Raises NotFound."""
    clip = resolve(parts, clip_id)
    about = clip.model_dump(include={"recording_id", "tag", "rep", "customer", "started_at"})
    return Heard(
        id=key, clip_id=clip.id, **about, start_s=clip.start, end_s=clip.end, said=_said(parts, clip), note=note
    )


def items(parts: Parts, module: int, wanted: Sequence[TextWanted | ClipWanted]) -> list[Written | Heard]:
    """What is wanted as items. Clips that stood in this lesson before keep what was said in them."""
    known: dict[str, Heard] = {}
    for version in reversed(store.history(parts.store, [module]).get(module, [])):
        known |= {item.clip_id: item for item in lessons.read(version.items) if isinstance(item, Heard)}
    keys = [one.id for one in wanted if one.id is not None]
    if len(set(keys)) < len(keys):
        raise BadInput("two items have the same id")
    found: list[Written | Heard] = []
    for one in wanted:
        key = one.id or lessons.fresh(keys)
        keys.append(key)
        if isinstance(one, TextWanted):
            found.append(Written(id=key, title=one.title, text=one.text))
        elif one.clip_id in known:
            found.append(known[one.clip_id].model_copy(update={"id": key, "note": one.note}))
        else:
            found.append(taken(parts, one.clip_id, key, one.note))
    return found


def _kept(parts: Parts, kept: Kept, key: str) -> Heard:
    """A kept clip as an item; one whose call is gone, or not this person's to see, keeps the words it was kept with."""
    note = kept.why[:500]
    with suppress(NotFound):
        return taken(parts, kept.clip_id, key, note)
    lines = [(kept.speaker, kept.quote), (kept.reply_speaker or "unknown", kept.reply or "")]
    same = ("clip_id", "recording_id", "start_s", "end_s", "tag", "rep", "customer", "started_at")
    return Heard(
        id=key,
        **{name: getattr(kept, name) for name in same},
        said=tuple(_line(speaker, text) for speaker, text in lines if text),
        note=note,
    )


def _said(parts: Parts, clip: Clip) -> tuple[Line, ...]:
    """What is said in a clip, turn by turn."""
    lines: list[Line] = []
    if clip.start is not None and clip.end is not None:
        transcript = documents.read(rights.clip(parts, clip.id), mask=parts.settings.mask).transcript
        if transcript is not None:
            within = turns_within(transcript, Span.parse(clip.id))
            lines = [_line(transcript.turns[number].speaker, text) for number, text in within]
    return tuple(lines) or tuple(
        _line(speaker or "unknown", text)
        for speaker, text in ((clip.speaker, clip.quote), (clip.reply_speaker, clip.reply))
        if text
    )


def _line(speaker: str, text: str) -> Line:
    return Line.model_validate({"speaker": speaker, "text": text})


def wanted(items: Iterable[Written | Heard]) -> list[TextWanted | ClipWanted]:
    """Items as a person would ask for them again."""
    return [
        TextWanted(kind="text", id=item.id, title=item.title, text=item.text)
        if isinstance(item, Written)
        else ClipWanted(kind="clip", id=item.id, clip_id=item.clip_id, note=item.note)
        for item in items
    ]
