"""Where counts stand to a target: known ones, and what must always hold."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clips_api.changed import FEW
from clips_api.targets import CLOSE, light, missing

ORDER = ("red", "amber", "green")
SHARES = some.integers(1, 100)


@pytest.mark.parametrize(
    ("done", "total", "share", "said"),
    [
        (12, 20, 60, "green"),
        (11, 20, 60, "amber"),
        (10, 20, 60, "amber"),  # exactly ten in a hundred below
        (9, 20, 60, "red"),
        (20, 20, 100, "green"),
        (0, 20, 1, "amber"),
        (0, 20, 10, "amber"),
        (0, 20, 11, "red"),
        (9, 9, 60, "few"),
        (0, 0, 60, "few"),
    ],
)
def test_known_counts(done, total, share, said):
    assert light(done, total, share) == said


@given(some.data())
def test_the_light_follows_the_share_exactly(data):
    total, share = data.draw(some.integers(FEW, 500)), data.draw(SHARES)
    done = data.draw(some.integers(0, total))
    reached = Fraction(done, total) * 100
    assert (light(done, total, share) == "green") == (reached >= share)
    assert (light(done, total, share) == "red") == (reached < share - CLOSE)
    if done < total:
        assert ORDER.index(light(done + 1, total, share)) >= ORDER.index(light(done, total, share))
    assert light(done * 7, total * 7, share) == light(done, total, share)


@given(some.data())
def test_what_is_missing_would_just_have_done(data):
    total, share = data.draw(some.integers(FEW, 500)), data.draw(SHARES)
    done = data.draw(some.integers(0, total))
    more = missing(done, total, share)
    assert (more == 0) == (light(done, total, share) == "green")
    assert done + more <= total
    if more:
        assert light(done + more, total, share) == "green"
        assert light(done + more - 1, total, share) != "green"
