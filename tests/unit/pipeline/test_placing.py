"""Words go back to where they were said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.placing import place
from pipeline.records import Word
from pipeline.speech import RATE, Stretch
from pipeline.transcribe import Spoken
from pipeline.windows import Window, windows


def seconds(start: float, onset: float, offset: float, end: float) -> Stretch:
    return Stretch(*(round(time * RATE) for time in (start, onset, offset, end)))


# Of the silence 0.3 s stay, half on either side: in the window the voices begin at 0.3, 2.9 and 5.5 s.
THREE = [seconds(9.7, 10.0, 11.7, 12.0), seconds(19.7, 20.0, 21.7, 22.0), seconds(29.7, 30.0, 31.7, 32.0)]


@pytest.fixture
def window() -> Window:
    (made,) = windows(THREE, silence_s=0.3)
    return made


def placed(window: Window, *words: tuple[str, float, float]) -> list[list[tuple[str, float, float]]]:
    found = place(window, [Spoken(text, start, end, 0.9) for text, start, end in words])
    assert len(found) == len(window.pieces)
    return [[(word.text, word.start, word.end) for word in words] for words in found]


def test_words_come_out_in_seconds_of_the_lane(window: Window) -> None:
    found = placed(window, ("Good", 0.4, 0.6), ("morning.", 0.7, 1.2), ("Yes.", 2.95, 3.3), ("Fine.", 5.6, 5.9))
    assert found == [
        [("Good", 9.98, 10.3), ("morning.", 10.4, 10.9)],
        [("Yes.", 19.98, 20.4)],
        [("Fine.", 29.98, 30.4)],
    ]


def test_what_was_heard_is_kept_beside_what_is_shown(window: Window) -> None:
    word = place(window, [Spoken("Good", 0.4, 0.6, 0.87654)])[0][0]
    assert word == Word(start=9.98, end=10.3, text="Good", raw="Good", probability=0.877)


def test_a_word_that_begins_in_the_pause_belongs_to_the_stretch_it_ends_in(window: Window) -> None:
    found = placed(window, ("morning.", 0.4, 1.6), ("Yes.", 1.7, 3.05))
    assert [[text for text, *_ in words] for words in found] == [["morning."], ["Yes."], []]
    assert found[1][0][1:] == (19.98, 20.15)


def test_a_word_that_hardly_reaches_the_next_stretch_stays(window: Window) -> None:
    found = placed(window, ("morning.", 1.0, 2.95))
    assert [len(words) for words in found] == [1, 0, 0]
    assert found[0][0][2] <= 11.8, "and ends soon after the voice does"


def test_a_stray_first_word_belongs_to_its_sentence(window: Window) -> None:
    found = placed(window, ("I", 1.5, 1.7), ("think", 3.0, 3.2), ("so.", 3.3, 3.5))
    assert [[text for text, *_ in words] for words in found] == [[], ["I", "think", "so."], []]
    starts = [start for _, start, _ in found[1]]
    assert starts[0] == 19.98
    assert starts == sorted(starts)


def test_a_few_words_and_a_very_long_silence_are_one_sentence_after_it() -> None:
    """Where hold music was taken for a voice, the model begins the next sentence in it."""
    (music,) = windows([seconds(23.2, 23.5, 23.8, 24.1), seconds(75.3, 75.6, 78.0, 78.3)])
    found = placed(music, ("All", 0.5, 0.7), ("right,", 0.7, 1.0), ("your", 1.5, 1.7), ("balance", 1.7, 2.1))
    assert [[text for text, *_ in words] for words in found] == [[], ["All", "right,", "your", "balance"]]
    found = placed(music, ("All", 0.5, 0.7), ("right.", 0.7, 1.0), ("Your", 1.5, 1.7), ("balance", 1.7, 2.1))
    assert [len(words) for words in found] == [2, 2], "a sentence of its own stays where it was said"


def test_words_around_a_cut_in_endless_speech_stay_in_order() -> None:
    (joined,) = windows([seconds(0, 0, 5.0, 5.0), seconds(5.0, 5.0, 9.0, 9.0)])
    found = placed(joined, ("one", 1.0, 2.0), ("two", 4.99, 5.0), ("three", 5.0, 5.5))
    assert [start for words in found for _, start, _ in words] == sorted(
        start for words in found for _, start, _ in words
    )
    assert found[1][0] == ("three", 5.0, 5.5)


@pytest.mark.parametrize(("first", "second"), [("Yes.", "I"), ("Yes,", "think"), ("I", "Think")])
def test_a_sentence_of_its_own_is_not_stray(window: Window, first: str, second: str) -> None:
    found = placed(window, (first, 1.5, 1.7), (second, 3.0, 3.2))
    assert [len(words) for words in found] == [1, 1, 0]


def test_a_word_before_a_short_pause_is_not_stray() -> None:
    (near,) = windows([seconds(9.7, 10.0, 11.7, 12.0), seconds(12.0, 12.3, 13.7, 14.0)])
    assert [len(words) for words in placed(near, ("I", 1.5, 1.7), ("think", 2.9, 3.2))] == [1, 1]


@st.composite
def heard(draw: st.DrawFn) -> tuple[list[Stretch], list[Spoken]]:
    """Stretches in one window, and words as the model gives them: in order, of any length, past the end too."""
    made, at = [], draw(st.floats(0, 100))
    for _ in range(draw(st.integers(1, 5))):
        air = draw(st.sampled_from([0.0, 0.05, 0.3]))
        length = draw(st.floats(0.1, 4.0))
        made.append(seconds(at, at + air, at + air + length, at + 2 * air + length))
        at = made[-1].end / RATE + draw(st.sampled_from([0.0, 0.1, 3.0]))
    words, time = [], 0.0
    for _ in range(draw(st.integers(0, 20))):
        time += draw(st.floats(0, 1.0))
        end = time + draw(st.floats(0, 1.0))
        words.append(Spoken(draw(st.sampled_from(["I", "you.", "yes"])), round(time, 2), round(end, 2), 0.5))
        time = end
    return made, words


@given(heard())
def test_no_word_is_lost_and_later_words_stay_later(case: tuple[list[Stretch], list[Spoken]]) -> None:
    stretches, spoken = case
    (window,) = windows(stretches)
    found = place(window, spoken)
    words = [word for piece in found for word in piece]
    assert [word.text for word in words] == [one.text for one in spoken]
    for one, following in pairwise(words):
        assert one.start <= following.start
    for stretch, piece in zip(stretches, found, strict=True):
        for word in piece:
            assert word.start < word.end
            assert word.start >= stretch.onset / RATE - 0.3 - 0.15 - 0.03
            assert word.end <= stretch.end / RATE + 0.15 + 0.02 * len(piece) + 0.03
