"""Fisher's exact test against known figures, against whole numbers, and what must always hold."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clips_api.chance import chance


def exact(done: int, total: int, done_after: int, total_after: int) -> float:
    """The same, from whole numbers."""
    hits = done + done_after
    ways = [comb(total, one) * comb(total_after, hits - one) for one in range(min(hits, total) + 1)]
    return sum(one for one in ways if one <= ways[done]) / sum(ways)


@pytest.mark.parametrize(
    ("table", "known"),
    [
        ((1, 10, 11, 14), 0.002759456),  # the usual worked example
        ((3, 4, 1, 4), 0.485714286),  # the lady tasting tea, two-sided
        ((0, 0, 5, 10), 1.0),
        ((0, 5, 0, 9), 1.0),
        ((0, 3, 3, 3), 0.1),
    ],
)
def test_known_tables(table, known):
    assert chance(*table) == pytest.approx(known, abs=1e-8)


@given(some.data())
def test_it_is_exact_and_both_sides_are_alike(data):
    total, after = data.draw(some.integers(0, 200)), data.draw(some.integers(0, 200))
    done, done_after = data.draw(some.integers(0, total)), data.draw(some.integers(0, after))
    found = chance(done, total, done_after, after)
    assert found == pytest.approx(exact(done, total, done_after, after), rel=1e-6)
    assert found == pytest.approx(chance(done_after, after, done, total))
    assert found == pytest.approx(chance(total - done, total, after - done_after, after))
