"""How far counts are from a target: on it, close, below; and how many more it would have taken."""

from __future__ import annotations

from typing import Literal

from clips_api.changed import FEW

Light = Literal["green", "amber", "red", "few"]
CLOSE = 10  # so many of a hundred below the target are close to it
USUAL = 50  # what counts as a target where none is set


def light(done: int, total: int, share: int) -> Light:
    """Where `done` of `total` stand to `share` of a hundred; of fewer than ten nothing is said."""
    if total < FEW:
        return "few"
    if done * 100 >= share * total:
        return "green"
    return "amber" if done * 100 >= (share - CLOSE) * total else "red"


def missing(done: int, total: int, share: int) -> int:
    """How many more of `total` would have had to be done."""
    return max(0, -(-share * total // 100) - done)
