"""The real recogniser, on sound in which nobody speaks and in which somebody does."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import models
from pipeline.hearing import Hearing
from pipeline.records import Heard, Lane
from pipeline.single import hear_one
from pipeline.transcribe import Recogniser
from tests import sounds
from tests.noises import NOISES
from tests.places import SAMPLES

RATE = 16_000
TWO = (Lane(what="channel 1"), Lane(what="channel 2"))
FASTER = 0.1  # of real time, at which noise is done with (the bench measures it; here it only must not be dear)


@pytest.fixture(scope="module", params=["base", pytest.param("tiny.en", marks=pytest.mark.soak)])
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    if not (models.store() / request.param / "model.bin").exists():
        pytest.skip(f"the speech model {request.param} could not be fetched at set-up; run `make dev` with a network")
    return Recogniser(request.param, device="cpu", compute_type="auto", threads=0)


def hear(recogniser: Recogniser, *lanes: np.ndarray, hotwords: str = "") -> Heard:
    samples = [np.asarray(lane, np.int16) for lane in lanes]
    return hear_one(recogniser, Hearing(samples, TWO[: len(lanes)], hotwords=hotwords), 0)


def text(heard: Heard) -> str:
    return " ".join(word.text for voice in heard.voices for word in voice.words)


@pytest.mark.parametrize("name", sorted(NOISES))
def test_a_minute_without_a_voice_has_no_words(recogniser: Recogniser, name: str) -> None:
    sound = NOISES[name](60.0)
    began = time.monotonic()
    heard = hear(recogniser, sound, np.roll(sound, RATE))
    assert text(heard) == ""
    assert time.monotonic() - began < 60 * FASTER * 3, "or a night of hold music is dear"


def test_music_on_hold_says_nothing_and_the_call_goes_on(recogniser: Recogniser, shared: Path) -> None:
    lanes = sounds.load(shared / "broken" / "call_with_45s_hold_music.wav")
    begins, ends = music(lanes)
    heard = hear(recogniser, *lanes)
    inside = [word.text for voice in heard.voices for word in voice.words if begins + 1 < word.start < ends - 1]
    assert inside == []
    assert len(text(heard).split()) > 60


def music(lanes: np.ndarray) -> tuple[float, float]:
    """From when to when the call is on hold, in seconds: the longest time in which no second is quiet on any lane."""
    seconds = lanes[:, : lanes.shape[1] // RATE * RATE].reshape(len(lanes), -1, RATE)
    loud = np.sqrt((seconds**2).mean(axis=2)).min(axis=0) > 150
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud, [0]]).astype(int)))
    lengths = edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    assert lengths[longest] > 35, "the music was not found"
    return float(edges[2 * longest]), float(edges[2 * longest + 1])


def test_a_sample_call_is_heard_right(recogniser: Recogniser, truth: dict[str, dict[str, Any]]) -> None:
    call = truth["just_the_list"]
    lanes = sounds.load(SAMPLES / call["file"])[:, : 40 * RATE]
    heard = hear(recogniser, *lanes)
    assert heard.language == "en"
    assert [voice.lane for voice in heard.voices] == [0, 1]
    said = {word["text"].strip(".,?!").lower() for turn in call["turns"] if turn["end"] < 40 for word in turn["words"]}
    found = {word.text.strip(".,?!").lower() for voice in heard.voices for word in voice.words}
    assert len(said & found) > 0.85 * len(said)
    starts = [turn["start"] for turn in call["turns"] if turn["end"] < 40]
    words = sorted(word.start for voice in heard.voices for word in voice.words)
    onsets = [min(abs(word - start) for word in words) for start in starts]
    assert np.median(onsets) < 0.15
    assert max(onsets) < 0.8


def test_words_keep_their_times_after_a_long_silence(recogniser: Recogniser, truth: dict[str, dict[str, Any]]) -> None:
    call = truth["front_desk"]
    voice = sounds.load(SAMPLES / call["file"])[0]
    turn = call["turns"][0]
    said = voice[: int((turn["end"] + 0.2) * RATE)]
    late = np.concatenate([np.zeros(600 * RATE, np.int16), said])
    heard = hear(recogniser, np.zeros(len(late), np.int16), late)
    first = min(word.start for voice in heard.voices for word in voice.words)
    assert first == pytest.approx(600 + turn["start"], abs=0.3)
    assert "speaking" in text(heard).lower()


def test_the_words_of_a_call_do_not_depend_on_who_shares_its_batches(
    recogniser: Recogniser, truth: dict[str, dict[str, Any]]
) -> None:
    """Padding a batch may change a word here and there, but never lose any."""
    voice = sounds.load(SAMPLES / truth["front_desk"]["file"])[0][: 20 * RATE]
    alone = text(hear(recogniser, voice, np.zeros(len(voice)))).split()
    shared = text(hear(recogniser, voice, sounds.load(SAMPLES / truth["gate_codes"]["file"])[0][: 20 * RATE])).split()
    assert len(set(alone) & set(shared)) > 0.9 * len(set(alone))


def test_documents_hold_what_was_heard(recogniser: Recogniser, truth: dict[str, dict[str, Any]]) -> None:
    voice = sounds.load(SAMPLES / truth["voicemail"]["file"])[0][: 15 * RATE]
    heard = hear(recogniser, voice, np.zeros(len(voice)))
    assert Heard.from_json(heard.to_json()) == heard
    for voice_heard in heard.voices:
        assert all(0 <= word.start < word.end <= 15.2 for word in voice_heard.words)
        assert all(word.raw == word.text and 0 <= (word.probability or 0) <= 1 for word in voice_heard.words)
    assert json.loads(heard.to_json())["model"] == recogniser.name


def test_a_name_is_spelt_as_the_team_spells_it(recogniser: Recogniser, truth: dict[str, dict[str, Any]]) -> None:
    lanes = sounds.load(SAMPLES / truth["front_desk"]["file"])[:, : 20 * RATE]
    assert "Kingsley" in text(hear(recogniser, *lanes))
    assert "Kingsleigh" in text(hear(recogniser, *lanes, hotwords="Kingsleigh, Preeya"))
