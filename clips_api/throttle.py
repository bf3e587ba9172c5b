"""How often something may be tried: by one address on the network, or for one e-mail address.

Kept in memory: there is one such process, and a restart forgives.
"""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from pipeline.errors import ExemplarError

What = Literal["link", "links", "wrong"]
LIMITS: dict[What, RateLimitItem] = {
    "link": RateLimitItemPerMinute(5, 15),  # links for one e-mail address
    "links": RateLimitItemPerMinute(100, 15),  # links asked for from one place: an office has one address
    "wrong": RateLimitItemPerMinute(60, 15),  # wrong secrets, tokens and links from one place
}


class TooOften(ExemplarError):
    """That was tried too often."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        minutes = math.ceil(wait_s / 60)
        self.advice = f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        super().__init__()


class Throttle:
    """Counts what was tried. Threads may share it."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, what: What, whom: str) -> None:
        """Count one try. Raises TooOften where there were too many of late."""
        limit = LIMITS[what]
        if not self._limiter.hit(limit, what, whom):
            wait = self._limiter.get_window_stats(limit, what, whom).reset_time - time.time()
            raise TooOften(max(1, math.ceil(wait)))


def place(host: str | None) -> str:
    """Where a request comes from, as tries are counted: an IPv6 network is one place, as its owner has all of it."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
