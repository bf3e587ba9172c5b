"""Sound as samples: fades at its ends, silence where something may not be heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.int16]
Stretch: TypeAlias = tuple[float, float]  # from, to; seconds
FOREVER = 1e6  # seconds
RAMP = 0.01  # seconds in which sound goes away before a silence, and comes back after it: no click


@dataclass(frozen=True)
class Sound:
    """16-bit samples of shape (samples, channels), and how many make a second."""

    samples: Samples
    rate: int

    def muted(self, stretches: Iterable[Stretch], first: int = 0) -> Sound:
        """Silent in some stretches, on all channels: what one side says can be heard faintly on the other's.

        Each stretch is silent from end to end; the ramps stand outside. `first` is the place of the first sample in
        whatever the stretches are times of, so that blocks of a recording can be muted one by one.
        """
        samples, count, ramp = self.samples, len(self.samples), round(RAMP * self.rate)
        down = np.linspace(1.0, 0.0, ramp + 2)[1:-1]
        for start, end in stretches:
            low, high = floor(start * self.rate) - first, ceil(min(end, FOREVER) * self.rate) - first
            if high + ramp <= 0 or low - ramp >= count:
                continue
            if samples is self.samples:
                samples = samples.copy()
            _scale(samples, low - ramp, down)
            samples[max(0, low) : max(0, high)] = 0
            _scale(samples, high, down[::-1])
        return replace(self, samples=samples)

    def faded(self, seconds: float) -> Sound:
        """Rising at the start and falling at the end for so long, each over half of it at most."""
        length = min(round(seconds * self.rate), len(self.samples) // 2)
        if length == 0:
            return self
        rise = np.arange(length) / length
        samples = self.samples.copy()
        _scale(samples, 0, rise)
        _scale(samples, len(samples) - length, rise[::-1])
        return replace(self, samples=samples)


def _scale(samples: Samples, at: int, factors: NDArray[np.float64]) -> None:
    """Make samples from a place on quieter, in place; what of it lies outside is left out."""
    low, high = max(0, at), min(len(samples), at + len(factors))
    if low < high:
        part = samples[low:high] * factors[low - at : high - at, None]
        samples[low:high] = np.rint(part).astype(np.int16)
