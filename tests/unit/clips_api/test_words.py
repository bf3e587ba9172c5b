"""Folding, queries and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.words import Query, fold, folded, marks, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It’s WAY-over budget, isn't it?", ["its", "way", "over", "budget", "isnt", "it"]),
        ("café cafe\u0301", ["café", "café"]),
        ("ＦＵＬＬ width", ["full", "width"]),
        ("Straße", ["strasse"]),
        ("18,000 — 10%", ["18", "000", "10"]),
        ("'quoted' rock ’n’ roll", ["quoted", "rock", "n", "roll"]),
        ("हिन्दी", ["हिन्दी"]),
        ("…!? 🎯", []),
        ("", []),
    ],
)
def test_words(text, found):
    assert [hit.word for hit in words(text)] == found


@pytest.mark.parametrize(
    ("text", "phrases", "loose"),
    [
        ("too expensive", (), ("too", "expensive")),
        ('"too expensive" now', (("too", "expensive"),), ("now",)),
        ("“too expensive”", (("too", "expensive"),), ()),
        ('a "b c', (("b", "c"),), ("a",)),
        ('""', (), ()),
        ("? ! …", (), ()),
    ],
)
def test_queries(text, phrases, loose):
    assert Query.parse(text) == Query(phrases, loose)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("It's way over what we budgeted", "way over", ["way over"]),
        ("over there, way up", "way over", ["over", "way"]),
        ("It’s way, WAY over", '"its way"', ["It’s way"]),
        ("a b a b", '"a b" b', ["a b", "a b"]),
        ("nothing", "zzz", []),
    ],
)
def test_marks(text, query, marked):
    assert [text[start:end] for start, end in marks(text, Query.parse(query))] == marked


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_places_are_places(text):
    at = 0
    for hit in words(text):
        assert at <= hit.start < hit.end <= len(text)
        assert fold(text[hit.start : hit.end]) == hit.word
        at = hit.end


@given(st.text(min_size=1), st.text())
def test_every_word_of_a_text_is_found_in_it_and_marked(text, more):
    line = folded(f"{text} {more}")
    for hit in words(text):
        query = Query((), (hit.word,))
        assert all(needle in line for needle in query.needles)
        assert marks(text, query)


@given(st.text(max_size=10_000))
def test_any_query_can_be_read(text):
    query = Query.parse(text)
    assert bool(query) == bool(query.needles)
    assert marks("any text at all", query) is not None
