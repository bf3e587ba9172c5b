"""Whether a goal can still be reached: green, amber or red by the pace that it takes from now on. Pure arithmetic.

A number, `target` until the end, with `done` so far, `gone` working days over and `left` to come (today among them):

    due    = floor(target * gone / (gone + left))      what should be there by now, in whole ones
    needed = (target - done) / left                    a working day from now on
    usual  = target / (gone + left)                    a working day from the first on

    green: done >= due     amber: needed <= 1.25 * usual, or one is missing (due - done = 1)     red: else

A rate, `target` of all chances, `rate` so far: if as many chances come each day as came so far, the rest has to be at

    needed = target + (target - rate) * gone / left

    green: rate >= target     amber: needed <= 1.25 * target and needed <= 1     red: else

Once it is over, only reached or not reached is left. A rate of fewer than ten chances says nothing: it has no colour.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Literal

from clips_api.changed import FEW

State = Literal["reached", "on_pace", "close", "behind", "not_reached", "few", "later"]
Colour = Literal["green", "amber", "red", "grey"]
COLOURS: dict[State, Colour] = {
    "reached": "green",
    "on_pace": "green",
    "close": "amber",
    "behind": "red",
    "not_reached": "red",
    "few": "grey",
    "later": "grey",
}
SLACK = Fraction(5, 4)  # how much more than planned a day, or of the rest, is still within reach


@dataclass(frozen=True)
class Days:
    """The working days of a period: those that are over, and those to come, today among them."""

    gone: int
    left: int  # 0 once it is over, and only then
    begun: bool = True

    @property
    def all(self) -> int:
        return self.gone + self.left

    @property
    def over(self) -> bool:
        return self.left == 0


@dataclass(frozen=True)
class Pace:
    """How a goal stands. `needed`: a working day of a number, of all that comes of a rate; None: there is none."""

    state: State
    needed: Fraction | None = None

    @property
    def colour(self) -> Colour:
        return COLOURS[self.state]


def days(starts_on: date, ends_on: date, today: date, free: Collection[int] = ()) -> Days:
    """The working days from one day to another, both included; `free` are the weekdays on which nobody works."""
    if today > ends_on:
        return Days(max(1, _working(starts_on, ends_on, free)), 0)
    gone = _working(starts_on, today - timedelta(days=1), free)
    left = _working(max(today, starts_on), ends_on, free)
    return Days(gone, max(1, left), begun=today >= starts_on)


def number(done: int, target: int, span: Days) -> Pace:
    """How a number stands. Raises nothing: a target below 1 is reached."""
    if done >= target:
        return Pace("reached")
    if span.over:
        return Pace("not_reached")
    needed = Fraction(target - done, span.left)
    if not span.begun:
        return Pace("later", needed)
    missing = due(target, span) - done
    if missing <= 0:
        return Pace("on_pace", needed)
    within = needed <= SLACK * Fraction(target, span.all)
    return Pace("close" if within or missing == 1 else "behind", needed)


def rate(done: int, total: int, percent: int, span: Days) -> Pace:
    """How a rate stands: `done` of `total` chances were taken."""
    if not span.begun:
        return Pace("later")
    if total < FEW:
        return Pace("few")
    target, so_far = Fraction(percent, 100), Fraction(done, total)
    if span.over:
        return Pace("reached" if so_far >= target else "not_reached")
    needed = max(Fraction(0), target + (target - so_far) * Fraction(span.gone, span.left))
    if so_far >= target:
        return Pace("on_pace", needed)
    return Pace("close" if needed <= min(Fraction(1), SLACK * target) else "behind", needed)


def due(target: int, span: Days) -> int:
    """What should be there of a number by now."""
    return floor(Fraction(target * span.gone, span.all)) if span.all else target


def _working(first: date, last: date, free: Collection[int]) -> int:
    weeks, rest = divmod(max(0, (last - first).days + 1), 7)
    return weeks * (7 - len(set(free))) + sum((first.weekday() + day) % 7 not in free for day in range(rest))
