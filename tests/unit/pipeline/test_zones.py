"""Times without a zone, at the ends of the calendar too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from pipeline.zones import begins, zoned

OSLO = ZoneInfo("Europe/Oslo")


def test_a_time_keeps_its_zone_and_gets_one_where_it_has_none():
    east = timezone(timedelta(hours=9))
    assert zoned(datetime(2026, 3, 1, 12, tzinfo=east), OSLO).tzinfo is east
    noon = datetime.fromisoformat("2026-03-01T12:00")
    assert zoned(noon, OSLO).tzinfo is OSLO
    assert zoned(noon).utcoffset() is not None


@pytest.mark.parametrize("day", [date.min, date.max, date(9999, 12, 30), date(2026, 3, 29)])
def test_a_day_begins_wherever_it_stands_in_the_calendar(day):
    assert begins(day).date() == day
    assert begins(day, UTC) == datetime(day.year, day.month, day.day, tzinfo=UTC)
