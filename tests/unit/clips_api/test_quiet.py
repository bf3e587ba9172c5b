"""Quiet hours: nights and weekends on each person's own clock, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.quiet import Quiet
from clips_api.store.people import Person
from pipeline.settings import Settings

BERLIN = Person("Sam", zone="Europe/Berlin")


def quiet(person: Person = BERLIN, **settings: object) -> Quiet:
    return Quiet.of(Settings(**settings), person)


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2026-11-12 12:00", "2026-11-12 12:00"),  # a Thursday
        ("2026-11-12 19:59", "2026-11-12 19:59"),
        ("2026-11-12 20:00", "2026-11-13 07:30"),
        ("2026-11-12 07:29", "2026-11-12 07:30"),
        ("2026-11-12 07:30", "2026-11-12 07:30"),
        ("2026-11-13 20:30", "2026-11-16 07:30"),  # Friday night: Monday morning
        ("2026-11-14 12:00", "2026-11-16 07:30"),
        ("2026-11-15 23:59", "2026-11-16 07:30"),
        ("2026-03-27 21:00", "2026-03-30 07:30"),  # the night in which clocks go forward lies between
        ("2026-10-23 21:00", "2026-10-26 07:30"),
    ],
)
def test_nights_and_weekends_wait_for_the_next_morning(asked: str, allowed: str) -> None:
    assert quiet().until(at(asked)) == at(allowed)


def test_it_is_their_own_clock() -> None:
    noon = datetime(2026, 11, 12, 12, tzinfo=UTC)
    assert quiet(Person("Sam", zone="Europe/Berlin")).until(noon) == noon
    assert quiet(Person("Ana", zone="America/Los_Angeles")).until(noon) == at("2026-11-12 07:30", "America/Los_Angeles")
    assert quiet(Person("Yuki", zone="Asia/Tokyo")).until(noon) == at("2026-11-13 07:30", "Asia/Tokyo")


def test_without_a_zone_it_is_that_of_the_settings_then_the_machines() -> None:
    noon = datetime(2026, 11, 12, 12, tzinfo=UTC)
    assert quiet(Person("Yuki"), timezone="Asia/Tokyo").until(noon) == at("2026-11-13 07:30", "Asia/Tokyo")
    night = datetime(2026, 11, 12, 23, 0).astimezone()
    assert quiet(Person("Yuki")).until(night) == datetime(2026, 11, 13, 7, 30).astimezone()
    assert quiet(Person("Yuki", zone="Mars/Olympus")).zone is None


def test_weekends_are_those_of_their_country() -> None:
    riyadh = Person("Noura", country="SA", zone="Asia/Riyadh")
    friday, sunday = (at(f"2026-11-{day} 12:00", "Asia/Riyadh") for day in (13, 15))
    assert quiet(riyadh).until(friday) == at("2026-11-15 07:30", "Asia/Riyadh")
    assert quiet(riyadh).until(sunday) == sunday


def test_what_is_not_set_is_not_quiet() -> None:
    night, saturday = at("2026-11-12 23:00"), at("2026-11-14 12:00")
    assert quiet(quiet_hours="").until(night) == night
    assert quiet(quiet_hours="", quiet_weekends=False).until(saturday) == saturday
    assert quiet(quiet_weekends=False).until(saturday) == saturday
    assert quiet(quiet_hours="12:00-13:00").until(at("2026-11-12 12:10")) == at("2026-11-12 13:00")


def test_working_days_leave_weekends_out() -> None:
    friday = at("2026-11-13 15:00")
    assert quiet().working(friday, 2) == at("2026-11-17 15:00")
    assert quiet().working(at("2026-11-16 15:00"), -1) == friday
    assert quiet(quiet_weekends=False).working(friday, 1) == at("2026-11-16 15:00")  # nobody works, quiet or not


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.sampled_from(["20:00-07:30", "23:30-00:15", "09:00-09:01", "00:00-23:59", ""]),
    st.sampled_from([None, "SA", "IN"]),
)
def test_what_is_allowed_is_never_quiet_and_never_earlier(
    when: datetime, zone: str, hours: str, country: str | None
) -> None:
    asked = when.replace(tzinfo=UTC)
    found = quiet(Person("Sam", zone=zone, country=country), quiet_hours=hours)
    allowed = found.until(asked)
    assert asked <= allowed <= asked + timedelta(days=5)
    assert found.until(allowed) == allowed
    assert found.here(allowed).weekday() not in found.weekend
