"""Times that came without a zone."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, tzinfo


def zoned(when: datetime, zone: tzinfo | None = None) -> datetime:
    """A time as it is where it has a zone; else it is of this one, or of this machine's."""
    if when.tzinfo is not None:
        return when
    if zone is None and when.year in (MINYEAR, MAXYEAR):
        zone = UTC  # to find the machine's zone Python looks a day further, where there is none
    return when.replace(tzinfo=zone) if zone is not None else when.astimezone()


def begins(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment of a day in this zone, or in this machine's."""
    return zoned(datetime.combine(day, time()), zone)
