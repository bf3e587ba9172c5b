"""Words of two lanes become turns in the order people spoke."""

from __future__ import annotations

import pytest
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


def test_a_nod_in_a_pause_does_not_cut_a_sentence_in_two() -> None:
    rep = said(0, "so the report goes to") + said(3.0, "the city each night.") + said(6.0, "And then")
    made = turns.merge([("rep", rep), ("customer", said(1.9, "mhm, okay.") + said(4.8, "Right."))])
    assert [(turn.speaker, turn.text) for turn in made] == [
        ("rep", "so the report goes to the city each night."),
        ("customer", "mhm, okay."),
        ("customer", "Right."),
        ("rep", "And then"),
    ]


def test_voices_that_are_told_apart_keep_their_numbers_and_need_no_side() -> None:
    lanes = [("unknown", said(0, "is it dear?") + said(1.3, "or not?")), ("unknown", said(5, "it is"))]
    made = turns.merge(lanes, mixed=())  # type: ignore[arg-type]
    assert [(turn.voice, turn.text) for turn in made] == [(0, "is it dear? or not?"), (1, "it is")]


def test_what_a_person_put_right_is_a_turn_of_its_own() -> None:
    words = said(0, "one two three four")
    made = turns.merge(
        [("rep", words)], put_right=lambda _voice, word: "customer" if word.text in ("two", "three") else None
    )
    assert [(turn.speaker, turn.text, turn.flags) for turn in made] == [
        ("rep", "one", ()),
        ("customer", "two three", ("reassigned",)),
        ("rep", "four", ()),
    ]


def test_talking_at_once_is_marked_on_both_a_short_nod_on_neither() -> None:
    rep = said(0, "one two three four five six seven eight nine ten")
    over = turns.merge([("rep", rep), ("customer", said(1, "but that is too much"))])
    assert [turn.flags for turn in over] == [("overlap",), ("overlap",)]
    nod = turns.merge([("rep", rep), ("customer", said(1, "mhm"))])
    assert [turn.flags for turn in nod] == [(), ()]


@pytest.mark.parametrize(("probability", "flags"), [(None, ()), (0.9, ()), (0.3, ("unsure",))])
def test_doubtful_words_are_marked(probability: float | None, flags: tuple[str, ...]) -> None:
    words = [word.model_copy(update={"probability": probability}) for word in said(0, "was that it")]
    assert turns.merge([("rep", words)])[0].flags == flags


@given(st.lists(st.tuples(st.floats(0, 500), st.text("abc", min_size=1, max_size=3)), max_size=40), st.booleans())
def test_no_word_is_lost_or_made(starts: list[tuple[float, str]], mono: bool) -> None:
    words = [Word(start=start, end=start + 0.2, text=text) for start, text in sorted(starts)]
    lanes = [("unknown", words)] if mono else [("rep", words[::2]), ("customer", words[1::2])]
    made = turns.merge(lanes)  # type: ignore[arg-type]
    assert sorted(word.text for turn in made for word in turn.words) == sorted(word.text for word in words)
    assert [turn.start for turn in made] == sorted(turn.start or 0 for turn in made)


TIMES = st.lists(st.tuples(st.floats(0, 100), st.floats(0.05, 2), st.integers(0, 2)), max_size=40)


@given(TIMES)
def test_overlap_is_what_a_slow_count_gives(times: list[tuple[float, float, int]]) -> None:
    lanes: list[tuple[str, list[Word]]] = [("rep", []), ("rep", []), ("rep", [])]
    for start, length, voice in sorted(times):
        said = lanes[voice][1]
        begins = max(start, said[-1].end if said else 0.0)
        said.append(Word(start=begins, end=begins + length, text="a."))
    made = turns.merge(lanes)  # type: ignore[arg-type]
    for turn in made:
        others = [word for other in made if other.voice != turn.voice for word in other.words]
        at_once = sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in turn.words for b in others)
        if abs(at_once - turns.OVERLAP_S) > 1e-6:
            assert ("overlap" in turn.flags) == (at_once > turns.OVERLAP_S)
