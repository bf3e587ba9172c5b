"""Letting a lesson out: what stands in the way is told item by item, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clips_api import audit, consents, lessons, rights
from clips_api.deps import Parts
from clips_api.lessons import Heard, Written
from clips_api.problems import NotNow
from clips_api.render import clock
from clips_api.store import assignments, uses
from clips_api.store import modules as store
from clips_api.store.modules import Version
from pipeline.errors import NotFound
from pipeline.library import now

Why = Literal["empty", "long", "blank", "gone", "ask", "asked", "no", "quiz"]


class NotReady(NotNow):
    """This lesson can't be published yet."""

    advice = "Put right what is named, then publish it."

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(" ".join(one.words for one in obstacles))
        self.obstacles = obstacles


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands in the way, in words; `item`: the key of the item that it is about."""

    why: Why
    words: str
    item: str | None = None


def publish(parts: Parts, module: int, *, revision: int | None = None) -> Version:
    """Let the draft out: who starts from now on gets it. Raises NotFound, NotReady, Overtaken."""
    last = store.latest(parts.store, module)
    if last.published_at is not None:
        return last
    found = obstacles(parts, last)
    if found:
        raise NotReady(found)
    before = store.published(parts.store, module)
    out = store.publish(parts.store, module, revision=last.revision if revision is None else revision, at=now())
    shown = clips(before) if before is not None else set()
    for clip in sorted(clips(out) - shown):
        uses.note(parts.store, "attached", clip=clip, by=parts.viewer.name, at=now())
        audit.note(parts, "shared", f"clip/{clip}", f"lesson/{module}")
    audit.note(parts, "changed", f"lesson/{module}", f"published version {out.number}")
    return out


def clips(version: Version) -> set[str]:
    """The clips in a version."""
    return {item.clip_id for item in lessons.read(version.items) if isinstance(item, Heard)}


def obstacles(parts: Parts, version: Version) -> list[Obstacle]:
    """Everything that stands in the way of publishing, in the order of the items."""
    items = lessons.read(version.items)
    found = [] if items else [Obstacle("empty", "Nothing is in it yet: add a text or a clip.")]
    over = lessons.seconds(items) - lessons.LONGEST
    if over > 0:
        found.append(Obstacle("long", f"It is {clock(over)} too long: five minutes are the most. Take something out."))
    for number, item in enumerate(items, 1):
        one = _blank(item, number) if isinstance(item, Written) else _unshown(parts, item, number)
        found += [one] if one is not None else []
    if version.quiz_id is not None and not _out(parts, version.quiz_id):
        found.append(Obstacle("quiz", "Its quiz is not published yet: publish the quiz first, or choose none."))
    return found


def ask(parts: Parts, version: Version) -> None:
    """Ask every rep who was not asked yet whether their clip may be an example."""
    unasked = {one.item for one in obstacles(parts, version) if one.why == "ask"}
    for item in lessons.read(version.items):
        if isinstance(item, Heard) and item.id in unasked:
            consents.ask(parts, item.clip_id)


def visible(parts: Parts, item: Heard) -> bool:
    """Whether this person may see and hear a clip of a draft: a call of theirs to see, or a rep who agreed."""
    try:
        rights.call(parts, item.recording_id)
    except NotFound:
        there = parts.library.known(item.recording_id) is not None
        return consents.may_show(parts, item.clip_id) or (not there and parts.viewer.sees(item.rep))
    return True


def _blank(item: Written, number: int) -> Obstacle | None:
    if item.title or item.text:
        return None
    return Obstacle("blank", f"Text {number} is empty: write something, or take it out.", item.id)


def _unshown(parts: Parts, item: Heard, number: int) -> Obstacle | None:
    """Why a clip can't be shown to others; None where it can."""
    if parts.library.known(item.recording_id) is None:
        return Obstacle("gone", f"The call of clip {number} was deleted: take it out.", item.id)
    if consents.may_show(parts, item.clip_id):
        return None
    who, asked = item.rep or "The rep", consents.state(parts, item.clip_id)
    if asked is None:
        return Obstacle("ask", f"{who} was not asked yet whether clip {number} may be an example.", item.id)
    if asked.agreed is None:
        return Obstacle("asked", f"{who} was asked about clip {number} and has not answered yet.", item.id)
    return Obstacle("no", f"{who} does not want clip {number} to be an example: take it out.", item.id)


def _out(parts: Parts, quiz: int) -> bool:
    with parts.store.read() as connection:
        return assignments.published(connection, None, quiz)["quiz_version_id"] is not None
