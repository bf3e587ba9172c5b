"""The pace of a goal: the examples of the docs, the borders of each colour, and what holds whatever the numbers are."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clips_api import pace
from clips_api.changed import FEW
from clips_api.pace import Days

MONDAY = date(2026, 11, 2)
WEEKEND = (5, 6)
ORDER = ("green", "amber", "red")
spans = some.builds(Days, gone=some.integers(0, 300), left=some.integers(1, 300))
targets = some.integers(1, 5_000)
counts = some.integers(0, 6_000)
percents = some.integers(1, 100)


@pytest.mark.parametrize(
    ("done", "gone", "left", "state"),
    [
        (6, 30, 30, "on_pace"),
        (5, 30, 30, "close"),  # 7 in 30 days instead of 6
        (4, 30, 30, "behind"),  # 8
        (0, 0, 60, "on_pace"),
        (0, 4, 56, "on_pace"),  # none is due yet
        (0, 5, 55, "close"),
        (10, 59, 1, "close"),  # one is missing
        (9, 59, 1, "behind"),
        (12, 5, 55, "reached"),
        (12, 60, 0, "reached"),
        (11, 60, 0, "not_reached"),
    ],
)
def test_twelve_demos_in_sixty_days(done, gone, left, state):
    assert pace.number(done, 12, Days(gone, left)).state == state


@pytest.mark.parametrize(
    ("done", "total", "gone", "left", "state", "needed"),
    [
        (8, 10, 30, 30, "on_pace", Fraction(8, 10)),
        (14, 20, 30, 30, "close", Fraction(9, 10)),
        (12, 20, 30, 30, "close", Fraction(1)),
        (11, 20, 30, 30, "behind", Fraction(105, 100)),  # more than all of them
        (2, 10, 1, 59, "close", Fraction(8, 10) + Fraction(6, 10) / 59),
        (7, 9, 30, 30, "few", None),
        (16, 20, 60, 0, "reached", None),
        (15, 20, 60, 0, "not_reached", None),
    ],
)
def test_eight_of_ten(done, total, gone, left, state, needed):
    found = pace.rate(done, total, 80, Days(gone, left))
    assert (found.state, found.needed) == (state, needed)


def test_nothing_is_said_before_it_begins():
    early = pace.days(MONDAY, MONDAY + timedelta(days=4), MONDAY - timedelta(days=1), WEEKEND)
    assert early == Days(0, 5, begun=False)
    assert pace.number(0, 5, early).colour == "grey"
    assert pace.rate(0, 0, 50, early).colour == "grey"


@pytest.mark.parametrize(
    ("first", "last", "today", "expected"),
    [
        (0, 4, 0, Days(0, 5)),
        (0, 4, 2, Days(2, 3)),
        (0, 6, 4, Days(4, 1)),
        (0, 6, 5, Days(5, 1)),  # a Saturday: something can still come
        (0, 6, 7, Days(5, 0)),
        (0, 11, 7, Days(5, 5)),
        (5, 6, 5, Days(0, 1)),  # a weekend alone
        (5, 6, 7, Days(1, 0)),
        (0, 0, 0, Days(0, 1)),
    ],
)
def test_working_days(first, last, today, expected):
    days = [MONDAY + timedelta(days=day) for day in (first, last, today)]
    assert pace.days(*days, WEEKEND) == expected


@given(
    some.dates(date(2020, 1, 1), date(2030, 1, 1)),
    some.integers(0, 800),
    some.integers(-10, 820),
    some.frozensets(some.integers(0, 6), max_size=6),
)
def test_days_are_what_counting_them_one_by_one_gives(first, length, on, free):
    last, today = first + timedelta(days=length), first + timedelta(days=on)
    found = pace.days(first, last, today, free)
    working = [day for n in range(length + 1) if (day := first + timedelta(days=n)).weekday() not in free]
    if today > last:
        assert found == Days(max(1, len(working)), 0)
    else:
        gone = sum(day < today for day in working)
        assert found == Days(gone, max(1, len(working) - gone), begun=today >= first)
    assert found.over == (today > last)


@given(targets, counts, spans)
def test_one_more_is_never_worse(target, done, span):
    assert worse(pace.number(done, target, span), pace.number(done + 1, target, span)) <= 0


@given(targets, counts, some.integers(0, 200), some.integers(1, 200))
def test_a_day_without_one_is_never_better(target, done, gone, left):
    earlier, later = (pace.number(done, target, span) for span in (Days(gone, left), Days(gone + 1, left - 1)))
    assert worse(earlier, later) >= 0


@given(targets, some.integers(1, 250))
def test_who_keeps_the_pace_is_green_to_the_end(target, length):
    for gone in range(length + 1):
        span = Days(gone, length - gone)
        done = -(-target * gone // length)
        assert pace.number(done, target, span).colour == "green"
    assert pace.number(target - 1, target, Days(length, 0)).colour == "red"


@given(targets, counts, spans)
def test_what_is_needed_leads_to_the_target(target, done, span):
    found = pace.number(done, target, span)
    if found.needed is not None:
        assert done + found.needed * span.left == target
    else:
        assert done >= target


@given(percents, some.integers(FEW, 2_000), some.data(), spans)
def test_one_more_done_of_as_many_is_never_worse(percent, total, data, span):
    done = data.draw(some.integers(0, total - 1))
    before, after = (pace.rate(number, total, percent, span) for number in (done, done + 1))
    assert worse(before, after) <= 0


@given(percents, some.integers(FEW, 2_000), some.data(), some.integers(1, 200), some.integers(1, 200))
def test_the_rest_at_what_is_needed_gives_the_rate(percent, total, data, gone, left):
    """If as many chances come each day as came so far."""
    done = data.draw(some.integers(0, total))
    found = pace.rate(done, total, percent, Days(gone, left))
    more = Fraction(total * left, gone)
    assert found.needed is not None
    at_the_end = (done + found.needed * more) / (total + more)
    target = Fraction(percent, 100)
    assert at_the_end == target or (found.needed == 0 and at_the_end > target)
    assert (found.colour == "green") == (Fraction(done, total) >= target)
    assert found.colour != "amber" or found.needed <= 1


@given(percents, some.integers(0, FEW - 1), some.data(), spans)
def test_few_have_no_colour(percent, total, data, span):
    done = data.draw(some.integers(0, total))
    assert pace.rate(done, total, percent, span).colour == "grey"


def worse(one: pace.Pace, other: pace.Pace) -> int:
    """By how much the other is worse."""
    return ORDER.index(other.colour) - ORDER.index(one.colour)
