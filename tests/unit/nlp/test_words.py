import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.words import BREAK, plain, stream


def said(text):
    return " ".join(stream([text]).words[1:-1])


def test_words_keep_their_places():
    text = "Um, we can't — really — pay 12%."
    words = stream([text])
    kept = [(w, text[b:e]) for w, b, e in zip(words.words, words.begins, words.ends, strict=True) if w != BREAK]
    assert kept == [("we", "we"), ("can", "can't"), ("not", "can't"), ("pay", "pay"), ("12", "12"), ("percent", "%")]


@pytest.mark.parametrize(
    ("written", "plainly"), [("I'm", "i am"), ("thats", "that is"), ("won't", "will not"), ("gonna", "going to")]
)
def test_contractions(written, plainly):
    assert list(plain(written)) == plainly.split()


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("We're on-prem here", "we are on prem here"),
        ("it it it is, you know, too much", "it is too much"),
        ("do you know him", "do you know him"),
        ("so what you know is", "so what is"),
        ("sort of a mess, I mean", "a mess"),
        ("no no", "no no"),
        ("4 4 1 1", "4 4 1 1"),
        ("1,200.50 pounds at 10:30", "1,200.50 pounds at 10:30"),
        ("Yes. No?", f"yes {BREAK} no"),
        ("(It's fine.) No “really?” Sure", f"it is fine {BREAK} no {BREAK} sure"),
        ("one - two – three", f"one {BREAK} two {BREAK} three"),
        ("-", ""),
        ("¶ . ?", ""),
        ("Straße ÇA", "straße ça"),
    ],
)
def test_plain_words(text, plainly):
    assert said(text) == plainly


def test_sentences_know_their_turn_and_whether_they_ask():
    words = stream(["Yes. (Is it?)", "", "…", "No; why"])
    found = [(s.turn, " ".join(words.words[s.start : s.end]), s.asked) for s in words.sentences]
    assert found == [(0, "yes", False), (0, "is it", True), (3, "no", False), (3, "why", False)]


def test_fillers_are_counted_where_they_are_left_out():
    words = stream(["Um, well, uh, you know, it's erm fine.", "Do you know what I mean?", "", "Mm-hm."])
    assert words.fillers == [4, 0, 0, 0]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=60), st.text(alphabet="a1.,?!-—’' \t\n%ßİ", max_size=30)), max_size=4))
def test_any_text_becomes_words_that_lie_inside_it(texts):
    words = stream(texts)
    assert len(words.words) == len(words.begins) == len(words.ends)
    assert len(words.fillers) == len(texts)
    for place in words.sentences:
        text = texts[place.turn]
        assert words.words[place.start - 1] == words.words[place.end] == BREAK
        for at in range(place.start, place.end):
            assert words.words[at] != BREAK
            assert 0 <= words.begins[at] < words.ends[at] <= len(text)
            assert re.search(r"\w|%", text[words.begins[at] : words.ends[at]])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=2, max_size=2))
def test_a_turn_reads_the_same_wherever_it_stands(texts):
    first, both = stream(texts[1:]), stream(texts)
    assert both.words[len(both.words) - len(first.words) :] == first.words
