"""Windows hold every stretch once, in order, and no more than the model takes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech import RATE, Stretch
from pipeline.windows import windows

LONGEST_S, SILENCE_S = 2.0, 0.3


@st.composite
def speech(draw: st.DrawFn) -> list[Stretch]:
    """Stretches as speech.py makes them: in order, apart or touching, with up to 0.3 s of air on either side."""
    made, at = [], 0
    for _ in range(draw(st.integers(0, 12))):
        start = at + draw(st.integers(0, 3 * RATE))
        onset = start + draw(st.integers(0, 4800))
        offset = onset + draw(st.integers(512, 5 * RATE))
        at = offset + draw(st.integers(0, 4800))
        made.append(Stretch(start, onset, offset, at, draw(st.booleans())))
    return made


@given(speech())
def test_every_sample_of_speech_is_heard_exactly_once(stretches: list[Stretch]) -> None:
    pieces = [
        piece for window in windows(stretches, longest_s=LONGEST_S, silence_s=SILENCE_S) for piece in window.pieces
    ]
    for one, next_one in pairwise(pieces):
        assert one.end <= next_one.start, "in order, and nothing twice"
    for stretch in stretches:
        inside = [piece for piece in pieces if piece.start < stretch.end and stretch.start < piece.end]
        held = sum(min(piece.end, stretch.end) - max(piece.start, stretch.start) for piece in inside)
        assert held == stretch.end - stretch.start
        own = [piece for piece in inside if stretch.start <= piece.onset and piece.offset <= stretch.end]
        assert sum(piece.offset - piece.onset for piece in own) == stretch.offset - stretch.onset
        assert {piece.faint for piece in own} == {stretch.faint}
        if stretch.end - stretch.start <= LONGEST_S * RATE:
            assert len(own) == 1, "what fits into a window is not cut"


@given(speech())
def test_no_window_is_too_long_and_none_could_have_been_joined(stretches: list[Stretch]) -> None:
    made = windows(stretches, longest_s=LONGEST_S, silence_s=SILENCE_S)
    for window in made:
        assert 0 < window.length <= LONGEST_S * RATE
        assert window.pieces[0].at == 0
        for one, next_one in pairwise(window.pieces):
            assert next_one.at == one.at + one.end - one.start, "without a gap"
            cut = one.end == next_one.start
            kept = (one.end - one.offset) + (next_one.onset - next_one.start)
            assert cut or kept <= 2 * 4800 + round(SILENCE_S * RATE), "a long silence is shortened"
    for window, following in pairwise(made):
        air = min(round(SILENCE_S * RATE), following.pieces[0].start - window.pieces[-1].end)
        first = following.pieces[0]
        assert window.length + air + first.end - first.start > LONGEST_S * RATE


@given(speech())
def test_a_time_in_the_window_leads_back_to_the_same_sound(stretches: list[Stretch]) -> None:
    lane = np.random.default_rng(1).integers(-32000, 32000, max((one.end for one in stretches), default=0) + 1)
    lane = lane.astype(np.int16)
    for window in windows(stretches, longest_s=LONGEST_S, silence_s=SILENCE_S):
        sound = window.sound(lane)
        assert sound.dtype == np.float32
        assert len(sound) == window.length
        for number, piece in enumerate(window.pieces):
            middle = (piece.onset + piece.offset) // 2
            at = piece.at + middle - piece.start
            assert window.piece(at / RATE) == number
            assert sound[at] == np.float32(lane[middle]) / np.float32(32768)


def test_a_silence_is_kept_up_to_its_length_and_shared() -> None:
    one, two = Stretch(0, 100, RATE, RATE), Stretch(5 * RATE, 5 * RATE, 6 * RATE, 6 * RATE)
    (window,) = windows([one, two], silence_s=0.5)
    first, second = window.pieces
    assert (first.end, second.start) == (RATE + 4000, 5 * RATE - 4000)
    assert window.length == 2 * RATE + 8000
    assert window.piece(-1.0) == 0
    assert window.piece(99.0) == 1


@pytest.mark.parametrize("seconds", [28.0, 28.1, 57.0, 200.0])
def test_endless_speech_is_cut_into_equal_parts(seconds: float) -> None:
    stretch = Stretch(0, 4800, int(seconds * RATE) - 4800, int(seconds * RATE))
    made = windows([stretch])
    lengths = [window.length for window in made]
    assert max(lengths) - min(lengths) <= 1
    assert max(lengths) <= 28 * RATE
    assert sum(lengths) == int(seconds * RATE)
