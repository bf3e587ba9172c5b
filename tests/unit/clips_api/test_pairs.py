"""Who reviews whom: everybody once on either side, nobody themself, another one each month until all were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.peers import pairs
from clips_api.store.people import Person


def team(size: int) -> list[Person]:
    return [Person(f"Rep {number}", id=number) for number in range(1, size + 1)]


@given(st.integers(2, 30), st.integers(2000, 2100), st.integers(1, 12))
def test_everybody_reviews_one_and_is_reviewed_by_one(size: int, year: int, month: int) -> None:
    found = pairs(team(size), f"{year}-{month:02}")
    everybody = set(range(1, size + 1))
    assert {one for one, _ in found} == {other for _, other in found} == everybody
    assert all(one != other for one, other in found)


@pytest.mark.parametrize("size", [2, 3, 4, 7])
def test_after_as_many_months_as_there_are_others_all_were_heard(size: int) -> None:
    months = [f"{2026 + (10 + number) // 12}-{(10 + number) % 12 + 1:02}" for number in range(size - 1)]
    heard = {other for month in months for one, other in pairs(team(size), month) if one == 1}
    assert heard == set(range(2, size + 1))


def test_the_order_in_which_people_are_known_makes_no_difference() -> None:
    assert pairs(team(5), "2026-11") == pairs(team(5)[::-1], "2026-11")


def test_nobody_to_review_is_no_pair() -> None:
    assert pairs(team(1), "2026-11") == pairs([], "2026-11") == []
