"""Clip ids and what is said in a span."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.spans import Span, clip_id, words_within
from pipeline.errors import NotFound
from pipeline.records import Turn, Word

CALL = "0123456789abcdef"
TURN = Turn(
    start=1,
    end=3,
    text="a b c",
    words=tuple(Word(start=i, end=i + 1, text=t) for i, t in ((0, "a"), (1, "b"), (2, "c"))),
)


@given(st.integers(0, 10**8), st.integers(1, 10**8))
def test_an_id_names_its_span(start, length):
    name = clip_id(CALL, start / 1000, (start + length) / 1000, 0)
    assert name == f"{CALL}-{start}-{start + length}"
    span = Span.parse(name)
    assert (round(span.start * 1000), round(span.end * 1000)) == (start, start + length)


@given(st.text())
def test_what_is_no_id_is_not_found(text):
    with pytest.raises(NotFound):
        Span.parse(text)


@pytest.mark.parametrize(
    "name",
    [
        f"{CALL}-1-1",
        f"{CALL}-2-1",
        f"{CALL}-1-2-3",
        f"{CALL}--1-2",
        f"{CALL.upper()}-1-2",
        f"{CALL}-١-٢",
        f"{CALL}-1-2\n",
    ],
)
def test_almost_ids(name):
    with pytest.raises(NotFound):
        Span.parse(name)


def test_a_turn_without_times_is_named_by_its_number():
    assert clip_id(CALL, None, None, 7) == f"{CALL}-turn7"
    assert clip_id(CALL, 1.0, 1.0, 7) == f"{CALL}-turn7"


@pytest.mark.parametrize(
    ("start", "end", "said"), [(0, 3, "a b c"), (1, 2, "b"), (1.6, 3, "c"), (3, 4, ""), (0, 0.9, "")]
)
def test_words_of_a_span(start, end, said):
    assert words_within(TURN, Span(CALL, start, end)) == said
