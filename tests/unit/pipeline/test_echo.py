"""One side's voice that comes through the other side's channel is not heard twice; two people may say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline import echo
from pipeline.records import Word
from tests import sounds
from tests.places import SAMPLES

RATE = 16_000


@pytest.fixture
def call(truth: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return truth["just_the_list"]  # two channels


@pytest.fixture
def sides(call: dict[str, Any]) -> np.ndarray:
    return sounds.load(SAMPLES / call["file"])


def said(call: dict[str, Any]) -> dict[str, list[Word]]:
    """Each side's words."""
    found: dict[str, list[Word]] = {"rep": [], "customer": []}
    for turn in call["turns"]:
        found[turn["speaker"]] += [Word(**word) for word in turn["words"]]
    return found


def later(words: list[Word], seconds: float) -> list[Word]:
    return [word.model_copy(update={"start": word.start + seconds, "end": word.end + seconds}) for word in words]


def through_the_air(sound: np.ndarray, decibels: float) -> np.ndarray:
    """30 ms later, fainter, from a room, with the noise of a line."""
    random = np.random.default_rng(1)
    room = np.zeros(3000)
    room[480] = 1.0
    room[481:] = random.normal(size=2519) * np.exp(-np.arange(2519) / 600) * 0.05
    return np.convolve(sound, room)[: len(sound)] * 10 ** (decibels / 20) + random.normal(size=len(sound)) * 8


def test_a_side_that_comes_through_on_the_other_channel_is_dropped_there_only(
    call: dict[str, Any], sides: np.ndarray
) -> None:
    words = said(call)
    rep = int(np.abs(sides[0, : 8 * RATE]).mean() < np.abs(sides[1, : 8 * RATE]).mean())
    loud, quiet = sides[rep], sides[1 - rep]
    lanes = [loud, quiet + through_the_air(loud, -15)]
    bled = later([word for word in words["rep"] if not overlaps(word, words["customer"])], 0.03)
    heard = [words["rep"], sorted([*words["customer"], *bled], key=lambda word: word.start)]
    samples = [np.clip(lane, -32768, 32767).astype(np.int16) for lane in lanes]
    again = echo.of(1, heard, samples)
    dropped = [heard[1][number] for number in again]
    own = [word for word in dropped if word not in bled]
    assert len([word for word in dropped if word in bled]) > 0.95 * len(bled)
    assert len(own) <= 0.02 * len(words["customer"]), own
    assert echo.of(0, heard, samples) == set(), "the voice itself stays"


def overlaps(word: Word, others: list[Word]) -> bool:
    return any(word.start - 0.6 < other.end and other.start < word.end + 0.6 for other in others)


def two(call: dict[str, Any], sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Half a second of each voice, put at the same time."""
    found = []
    for speaker in ("rep", "customer"):
        turn = next(one for one in call["turns"] if one["speaker"] == speaker and one["end"] - one["start"] > 2)
        start = int(turn["words"][1]["start"] * RATE)
        lane = max(sides, key=lambda lane: float(np.abs(lane[start : start + RATE]).mean()))
        found.append(lane[start : start + RATE // 2])
    return found[0], found[1]


@pytest.mark.parametrize("fainter", [1.0, 0.3, 0.1])
def test_both_saying_bye_at_once_is_two_people(call: dict[str, Any], sides: np.ndarray, fainter: float) -> None:
    rep, customer = two(call, sides)
    bye = [Word(start=0.05, end=0.2, text="Okay,"), Word(start=0.2, end=0.45, text="bye.")]
    samples = [rep.astype(np.int16), (customer * fainter).astype(np.int16)]
    assert echo.of(0, [bye, later(bye, 0.02)], samples) == set()
    assert echo.of(1, [bye, later(bye, 0.02)], samples) == set()


def test_a_short_echo_is_one_all_the_same(call: dict[str, Any], sides: np.ndarray) -> None:
    rep, _ = two(call, sides)
    bye = [Word(start=0.05, end=0.2, text="Okay,"), Word(start=0.2, end=0.45, text="bye.")]
    samples = [rep.astype(np.int16), through_the_air(rep, -15).astype(np.int16)]
    assert echo.of(1, [bye, later(bye, 0.03)], samples) == {0, 1}
    assert echo.of(0, [bye, later(bye, 0.03)], samples) == set()


def test_other_words_and_other_times_are_no_echo() -> None:
    loud, faint = (np.full(RATE * 10, level, np.int16) for level in (8000, 800))
    yes = [Word(start=n, end=n + 0.3, text="yes") for n in range(5)]
    assert echo.of(1, [yes, [word.model_copy(update={"text": "no"}) for word in yes]], [loud, faint]) == set()
    assert echo.of(1, [yes, later(yes[:1], 7.0)], [loud, faint]) == set()
    assert echo.of(1, [[], yes], [loud, faint]) == set()
    assert echo.of(0, [yes], [faint]) == set()
