"""Quiet hours: when nobody is disturbed by a message that can wait, on their own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clips_api.store.people import Person
from pipeline.settings import Settings
from pipeline.zones import zoned

SATURDAY, SUNDAY = 5, 6
WEEKENDS: dict[str, frozenset[int]] = {  # where it is not Saturday and Sunday, as CLDR has it; Monday is 0
    **dict.fromkeys(
        ("BD", "BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"), frozenset({4, 5})
    ),
    **dict.fromkeys(("DJ", "IR"), frozenset({4})),
    **dict.fromkeys(("IN", "UG"), frozenset({SUNDAY})),
    "AF": frozenset({3, 4}),
    "NP": frozenset({SATURDAY}),
}


@dataclass(frozen=True)
class Quiet:
    """One person's quiet hours. `zone` None: this machine's; `start` None: no hour is quiet."""

    zone: tzinfo | None
    start: time | None
    end: time
    weekend: frozenset[int]  # days on which nobody works
    silent: bool = True  # whether the weekend is quiet too

    @classmethod
    def of(cls, settings: Settings, person: Person) -> Self:
        """What holds for somebody as Exemplar is set up."""
        start, _, end = settings.quiet_hours.partition("-")
        return cls(
            zone=_zone(person.zone) or _zone(settings.timezone),
            start=time.fromisoformat(start) if start and start != end else None,
            end=time.fromisoformat(end) if end else time(),
            weekend=WEEKENDS.get(person.country or "", frozenset({SATURDAY, SUNDAY})),
            silent=settings.quiet_weekends,
        )

    def here(self, at: datetime) -> datetime:
        """A moment on their clock."""
        return at.astimezone(self.zone)

    def until(self, at: datetime) -> datetime:
        """The first moment from `at` on that is not quiet."""
        when = at
        for _ in range(20):  # a night and a weekend follow each other; no more than these
            clock = self.here(when)
            if self.silent and clock.weekday() in self.weekend:
                when = self._on(clock, 1, time())
            elif (ends := self._night(clock)) is not None:
                when = self._on(clock, ends, self.end)
            else:
                break
        return max(at, when.astimezone(at.tzinfo))

    def working(self, at: datetime, days: int) -> datetime:
        """So many working days after `at` (before it, where negative), at the same time of day."""
        clock, left, step = self.here(at), abs(days), 1 if days > 0 else -1
        moved = 0
        while left:
            moved += step
            left -= (clock + timedelta(days=moved)).weekday() not in self.weekend
        return self._on(clock, moved, clock.time()).astimezone(at.tzinfo)

    def _night(self, clock: datetime) -> int | None:
        """In how many days the night ends in which a clock stands; None by day."""
        if self.start is None:
            return None
        at = clock.time()
        if self.start < self.end:
            return 0 if self.start <= at < self.end else None
        return 1 if at >= self.start else 0 if at < self.end else None

    def _on(self, clock: datetime, days: int, at: time) -> datetime:
        """A time of day so many days after another; on days when clocks change it is still what they show."""
        wall = datetime.combine(clock.date() + timedelta(days=days), at)
        return zoned(wall, self.zone)


def _zone(name: str | None) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that no zone has is as good as none
        return None
