"""Words of two lanes become turns in the order people spoke."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline import turns
from pipeline.records import Word


def said(start: float, text: str, pace: float = 0.3) -> list[Word]:
    return [
        Word(start=round(start + i * pace, 2), end=round(start + i * pace + pace * 0.9, 2), text=word)
        for i, word in enumerate(text.split())
    ]


def test_two_voices_alternate() -> None:
    rep = said(0, "hello this is Anna") + said(6, "sure go ahead")
    made = turns.merge([("rep", rep), ("customer", said(3, "hi Anna can I ask"))])
    assert [(turn.speaker, turn.text) for turn in made] == [
        ("rep", "hello this is Anna"),
        ("customer", "hi Anna can I ask"),
        ("rep", "sure go ahead"),
    ]
    assert made[0].start == 0
    assert made[0].text == " ".join(word.text for word in made[0].words)


def test_a_breath_does_not_end_a_turn_but_an_answer_does() -> None:
    rep = said(0, "so we") + said(2.0, "could start monday")
    assert len(turns.merge([("rep", rep), ("customer", [])])) == 1
    assert len(turns.merge([("rep", rep), ("customer", said(0.9, "yes"))])) == 3


def test_a_back_channel_does_not_split_a_monologue() -> None:
    made = turns.merge([("rep", said(0, "one two three four five six seven eight")), ("customer", said(1, "mhm"))])
    assert [turn.speaker for turn in made] == ["rep", "customer"]


def test_mixed_voices_end_at_sentences() -> None:
    words = [*said(0, "is it dear?"), *said(1.3, "no it is not.")]
    assert [turn.text for turn in turns.merge([("unknown", words)])] == ["is it dear?", "no it is not."]


@given(st.lists(st.tuples(st.floats(0, 500), st.text("abc", min_size=1, max_size=3)), max_size=40), st.booleans())
def test_no_word_is_lost_or_made(starts: list[tuple[float, str]], mono: bool) -> None:
    words = [Word(start=start, end=start + 0.2, text=text) for start, text in sorted(starts)]
    lanes = [("unknown", words)] if mono else [("rep", words[::2]), ("customer", words[1::2])]
    made = turns.merge(lanes)  # type: ignore[arg-type]
    assert sorted(word.text for turn in made for word in turn.words) == sorted(word.text for word in words)
    assert [turn.start for turn in made] == sorted(turn.start or 0 for turn in made)
