"""When a question comes back: pure dates, without a clock."""

from __future__ import annotations

from datetime import date

import pytest

from clips_api.repeating import APART, Standing, after

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 6)
WEEKEND = frozenset({5, 6})


def test_wrong_comes_back_the_next_working_day():
    assert after(None, right=False, day=MONDAY, free=WEEKEND) == Standing(0, TUESDAY)
    assert after(None, right=False, day=FRIDAY, free=WEEKEND) == Standing(0, date(2026, 11, 9))
    assert after(None, right=False, day=FRIDAY) == Standing(0, date(2026, 11, 7))


def test_other_weekends():
    assert after(None, right=False, day=date(2026, 11, 5), free={4, 5}) == Standing(0, date(2026, 11, 8))


def test_right_comes_back_a_week_later_then_further_apart_then_no_more():
    standing = after(None, right=True, day=MONDAY)
    days = []
    while not standing.over:
        days.append((standing.due_on - MONDAY).days)
        standing = after(standing, right=True, day=standing.due_on)
    assert days == [7, 23, 58, 138]
    assert after(standing, right=True, day=date(2028, 1, 3)) == standing


@pytest.mark.parametrize("rung", range(len(APART)))
def test_wrong_begins_anew_from_wherever_it_was(rung):
    for over in (False, True):
        last = Standing(rung, FRIDAY, over=over)
        assert after(last, right=False, day=FRIDAY, free=WEEKEND) == Standing(0, date(2026, 11, 9))


def test_right_before_it_was_due_changes_nothing():
    wrong = after(None, right=False, day=MONDAY)
    assert after(wrong, right=True, day=MONDAY) == wrong
    assert after(wrong, right=True, day=TUESDAY) == Standing(1, date(2026, 11, 10))


def test_an_answer_that_came_late_counts_from_its_own_day():
    assert after(Standing(1, MONDAY), right=True, day=FRIDAY, free=WEEKEND) == Standing(2, date(2026, 11, 23))
