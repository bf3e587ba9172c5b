"""How likely each voice of a call is the rep's, from what the voices say (cues.yml)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from pipeline.cues import Said
from pipeline.records import Direction, Speaker

Side = Literal["rep", "customer"]
SIDES: tuple[Side, Side] = ("rep", "customer")
MOST_VOICES = 8  # of more voices, those that say least are left open
OPPOSITE = 2.0  # log-odds for the two who say most being on opposite sides, where there are more than two
SURE = 3.0  # natural log-odds from which on a side is taken for decided: one in twenty


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the voices say for each side: the cues of each voice, a cue no more often than it counts."""

    said: Mapping[int, Sequence[Said]]

    @classmethod
    def of(cls, said: Mapping[int, Sequence[Said]]) -> Evidence:
        """`said` holds every cue heard of each voice, in order."""
        kept: dict[int, list[Said]] = {}
        for voice, heard in said.items():
            times: Counter[str] = Counter()
            kept[voice] = []
            for one in heard:
                times[one.cue.id] += 1
                if times[one.cue.id] <= one.cue.most:
                    kept[voice].append(one)
        return cls(kept)

    def odds(self, order: Sequence[int], given: Mapping[int, Speaker], direction: Direction | None) -> dict[int, float]:
        """Natural log-odds that each open voice is the rep's.

        `order`: the voices, who says most first; `given`: those whose side is known. Every way to share out the sides
        that has both, over both directions where the call's is not known, weighs exp(sum of its cues' weights); the
        odds are the ratio of the weights with the voice on either side.
        """
        ways = list(self._ways(order, given, direction))
        odds = {}
        for voice in order:
            if voice not in given:
                rep = _log_sum([score for sides, score in ways if sides.get(voice) == "rep"])
                customer = _log_sum([score for sides, score in ways if sides.get(voice) == "customer"])
                odds[voice] = 0.0 if rep == customer else rep - customer
        return odds

    def _ways(
        self, order: Sequence[int], given: Mapping[int, Speaker], direction: Direction | None
    ) -> Iterator[tuple[dict[int, Side], float]]:
        known: dict[int, Side] = {voice: side for voice, side in given.items() if side != "unknown"}
        unknown = [voice for voice in order if voice not in given][:MOST_VOICES]
        two = len(known) + len(unknown) > 1
        for choice in product(SIDES, repeat=len(unknown)):
            sides = known | dict(zip(unknown, choice, strict=True))
            if two and unknown and len(set(sides.values())) < 2:
                continue
            main = [sides[voice] for voice in order if voice in sides][:2]
            prior = OPPOSITE if len(sides) > 2 and len(set(main)) == 2 else 0.0
            for way in ("inbound", "outbound") if direction is None else (direction,):
                yield sides, prior + sum(self._says(voice, side, way) for voice, side in sides.items())

    def _says(self, voice: int, side: Side, direction: Direction) -> float:
        part = "answerer" if (side == "rep") == (direction == "inbound") else "caller"
        return sum(one.cue.by.get(side, 0.0) + one.cue.by.get(part, 0.0) for one in self.said.get(voice, ()))

    def telling(self, sides: Mapping[int, Speaker]) -> tuple[int, Said] | None:
        """The voice and the words that speak most for these sides."""
        best, found = 0.0, None
        for voice, side in sides.items():
            for one in self.said.get(voice, ()):
                by = one.cue.by
                other = "customer" if side == "rep" else "rep"
                weight = (
                    by.get(side, 0.0) - by.get(other, 0.0) + max(by.get("caller", 0.0), by.get("answerer", 0.0)) / 2
                )
                if side != "unknown" and by.get(side) and weight > best + (0.5 if side == "customer" else 0.0):
                    best, found = weight, (voice, one)
        return found


def _log_sum(scores: Sequence[float]) -> float:
    if not scores:
        return -math.inf
    top = max(scores)
    return top + math.log(sum(math.exp(score - top) for score in scores))
