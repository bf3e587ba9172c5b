"""Folding, queries and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips_api.words import fold, folded, words


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


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127)) | st.text("ab'`_-9 \n"))
def test_plain_text_folds_like_any_other(text):
    assert folded(text) == f" {' '.join(hit.word for hit in words(text))} "


@given(st.text())
def test_places_are_places(text):
    at = 0
    for hit in words(text):
        assert at <= hit.start < hit.end <= len(text)
        assert fold(text[hit.start : hit.end]) == hit.word
        at = hit.end
