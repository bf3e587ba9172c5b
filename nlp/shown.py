"""Which tags people are shown: of objections and parts of handling those that a moment holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from nlp.findings import Moment, Tag


def shown(tags: Sequence[Tag], moments: Sequence[Moment]) -> tuple[Tag, ...]:
    """The tags that are shown: an objection where it makes a moment, a part of a reply where it is heard in one, and
    every other.
    """
    told = {(turn, name) for moment in moments for name in _told(moment) for turn in moment.turns}
    begun = {moment.turns[0] for moment in moments}  # with any kind of objection

    def held(tag: Tag) -> bool:
        family, _, _ = tag.tag.partition(".")
        if family not in ("objection", "handling"):
            return True
        return (tag.turn, tag.tag) in told or (family == "objection" and tag.turn in begun)

    return tuple(filter(held, tags))


def _told(moment: Moment) -> Iterator[str]:
    """Its objection, and the parts that were heard."""
    yield moment.tag
    yield from (f"handling.{part}" for part, words in asdict(moment.parts).items() if words is not None)
