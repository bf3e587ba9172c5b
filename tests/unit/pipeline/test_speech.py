"""Where somebody speaks, and what is no speech."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline import speech
from pipeline.speech import FRAME, RATE, Stretch, stretches
from tests import sounds
from tests.noises import NOISES
from tests.places import SAMPLES


@pytest.fixture(scope="module")
def call() -> np.ndarray:
    """A mono sample call, int16 at 16 kHz."""
    about = json.loads((SAMPLES / "truth" / "front_desk.json").read_text())
    return sounds.load(SAMPLES / about["file"])[0].astype(np.int16)


def test_every_turn_is_found_and_pauses_are_not(call: np.ndarray) -> None:
    turns = json.loads((SAMPLES / "truth" / "front_desk.json").read_text())["turns"]
    found = stretches(call)
    inside = np.zeros(len(call) + RATE, bool)
    for stretch in found:
        inside[stretch.onset : stretch.offset] = True
    for turn in turns:
        assert inside[int(turn["start"] * RATE) : int(turn["end"] * RATE)].mean() > 0.6, turn["text"]
    spoken = np.zeros(len(inside), bool)
    for turn in turns:
        spoken[int((turn["start"] - 0.5) * RATE) : int((turn["end"] + 0.5) * RATE)] = True
    assert (inside & ~spoken).sum() < 0.5 * RATE


def test_stretches_are_in_order_with_their_air_and_never_overlap(call: np.ndarray) -> None:
    before = Stretch(0, 0, 0, 0)
    for stretch in stretches(call):
        assert before.end <= stretch.start <= stretch.onset < stretch.offset <= stretch.end <= len(call)
        assert stretch.onset - stretch.start <= 4800
        assert stretch.end - stretch.offset <= 4800
        before = stretch


@pytest.mark.parametrize("gain", [0.02, 0.2, 1.8])
def test_loudness_hardly_matters(call: np.ndarray, gain: float) -> None:
    usual = sum(one.offset - one.onset for one in stretches(call))
    other = stretches(np.clip(call * gain, -32768, 32767).astype(np.int16))
    assert sum(one.offset - one.onset for one in other) == pytest.approx(usual, rel=0.1)


def test_a_lane_on_disk_looks_like_one_in_memory_and_its_joins_do_not_show(
    call: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lane.pcm"
    minute = call[: 60 * RATE].astype(np.int16)
    minute.tofile(path)
    lane = speech.LaneFile(path)
    assert len(lane) == len(minute)
    assert np.array_equal(lane[RATE : 2 * RATE], minute[RATE : 2 * RATE])
    assert np.array_equal(lane[-RATE:], minute[-RATE:])
    assert len(lane[5:2]) == len(lane[len(lane) :]) == 0
    assert stretches(lane) == stretches(minute)
    monkeypatch.setattr(speech, "PIECE", 100_000)
    whole = speech.probabilities(minute)
    assert len(whole) == -(-60 * RATE // FRAME)
    monkeypatch.setattr(speech, "PIECE", 97)
    assert speech.probabilities(lane) == pytest.approx(whole, abs=1e-3)
    assert speech.levels(lane) == pytest.approx(speech.levels(minute))


@pytest.mark.parametrize("name", sorted(NOISES))
def test_what_is_no_voice_is_no_speech(name: str) -> None:
    found = stretches(NOISES[name](20.0))
    assert [(one.onset / RATE, one.offset / RATE) for one in found if not one.faint] == []


def test_nothing_at_all_is_no_speech(tmp_path: Path) -> None:
    (tmp_path / "empty.pcm").touch()
    assert stretches(speech.LaneFile(tmp_path / "empty.pcm")) == ()
    assert stretches(np.zeros(1, np.int16)) == ()


def test_a_voice_between_noises_is_found(call: np.ndarray) -> None:
    quiet = NOISES["white noise"](8.0) // 20
    voice = call[int(1.0 * RATE) : int(4.2 * RATE)]
    found = stretches(np.concatenate([quiet, voice, quiet]))
    assert found
    assert 7.8 < found[0].onset / RATE < 8.6
    assert 10.0 < found[-1].offset / RATE < 11.6


def test_a_faint_word_on_a_quiet_line_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The voice model half believes in it, and it stands 40 dB out of the line: then it is heard, but not trusted."""
    likely = np.zeros(100, np.float32)
    likely[50:53] = 0.2
    monkeypatch.setattr(speech, "probabilities", lambda *_: likely)
    lane = np.random.default_rng(1).normal(0, 3, 100 * FRAME).astype(np.int16)
    assert stretches(lane) == (), "as quiet as the line is nothing"
    lane[50 * FRAME : 53 * FRAME] *= 300
    (found,) = stretches(lane)
    assert (found.onset // FRAME, found.offset // FRAME, found.faint) == (50, 53, True)
    likely[50:53] = 0.5
    assert not stretches(lane)[0].faint


def test_a_short_pause_does_not_end_a_stretch_and_a_long_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    likely = np.zeros(200, np.float32)
    likely[20:40] = likely[48:60] = likely[90:120] = 0.9
    monkeypatch.setattr(speech, "probabilities", lambda *_: likely)
    found = stretches(np.full(200 * FRAME, 1000, np.int16))
    assert [(one.onset // FRAME, one.offset // FRAME) for one in found] == [(20, 60), (90, 120)]
