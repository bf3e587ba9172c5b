"""A lesson screen by screen, as the player shows it: an item each, clips muted and with their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clips_api import consents, lessons
from clips_api.captions import Cue
from clips_api.clipping import Clipping, clipping
from clips_api.deps import Parts
from clips_api.lessons import Heard, Written
from clips_api.store.modules import Version
from pipeline.errors import ExemplarError, NotFound

SIDES = {"rep": "Rep", "customer": "Customer", "unknown": "Somebody"}


@dataclass(frozen=True)
class Screen:
    """One item as it is shown. `cues` have times where there is sound; `shown`: whether the clip may be."""

    number: int
    item: Written | Heard
    shown: bool = True
    sound: float | None = None  # seconds
    cues: tuple[Cue, ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.item.text.split("\n") if line] if isinstance(self.item, Written) else []


@dataclass(frozen=True)
class Lesson:
    """One version of a lesson to go through. `may_show`: whether this person may hear a clip of it."""

    title: str
    version: Version
    items: tuple[Written | Heard, ...]
    may_show: Callable[[Parts, Heard], bool]

    @classmethod
    def of(cls, title: str, version: Version, may_show: Callable[[Parts, Heard], bool] | None = None) -> Lesson:
        """Of a version as records have it; clips are shown where their rep agreed, unless said otherwise."""
        return cls(title, version, lessons.read(version.items), may_show or _agreed)

    def screen(self, parts: Parts, number: int) -> Screen:
        """The item at a place, 1 the first. Raises NotFound."""
        if not 1 <= number <= len(self.items):
            raise NotFound(f"number {number} of the lesson")
        item = self.items[number - 1]
        if isinstance(item, Written):
            return Screen(number, item)
        if not self.may_show(parts, item):
            return Screen(number, item, shown=False)
        try:
            clip = self.clip(parts, number)
            return Screen(number, item, sound=clip.seconds, cues=tuple(clip.cues(names=False)))
        except ExemplarError:  # no times, or not heard yet: its words as they were
            said = (Cue(0.0, 0.0, SIDES[line.speaker], line.text) for line in item.masked().said)
            return Screen(number, item, cues=tuple(said))

    def clip(self, parts: Parts, number: int) -> Clipping:
        """The clip at a place, always muted. Raises NotFound where none stands there, or it may not be shown."""
        item = self.items[number - 1] if 1 <= number <= len(self.items) else None
        if not isinstance(item, Heard) or item.length is None or not self.may_show(parts, item):
            raise NotFound(f"clip {number} of the lesson")
        return clipping(parts.library, item.clip_id, muted=True)


def _agreed(parts: Parts, item: Heard) -> bool:
    return consents.may_show(parts, item.clip_id)
