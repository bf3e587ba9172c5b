"""One running Exemplar for all tests that don't kill it, and short recordings cut from the sample calls."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.audio import decode_audio

from pipeline import models
from tests.places import SAMPLES
from tests.running import Running, exemplar


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not (models.store() / "tiny.en" / "model.bin").exists():
        pytest.skip("the speech model tiny.en could not be fetched at set-up; run `make dev` with a network")
    with exemplar(tmp_path_factory.mktemp("system") / "data") as it:
        yield it


@pytest.fixture(scope="session")
def truth() -> dict[str, dict]:
    """What was said in the sample calls, by name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted((SAMPLES / "truth").glob("*.json"))}


@pytest.fixture(scope="session")
def snippet(tmp_path_factory: pytest.TempPathFactory, truth: dict[str, dict]) -> Callable[[int], Path]:
    """The n-th turn of a sample call as a recording of its own: a few seconds, different bytes each."""
    folder = tmp_path_factory.mktemp("snippets")
    turns = [
        (call["file"], turn)
        for call in truth.values()
        if call["channels"] == 1
        for turn in call["turns"]
        if 2.0 < turn["end"] - turn["start"] < 5.0
    ]
    sound: dict[str, np.ndarray] = {}

    def cut(number: int) -> Path:
        path = folder / f"snippet{number:04}.wav"
        if not path.exists():
            file, turn = turns[number % len(turns)]
            if file not in sound:
                sound[file] = decode_audio(str(SAMPLES / file))
            pad = 0.3 + 0.01 * (number // len(turns))  # the same turn again is other bytes
            samples = sound[file][int((turn["start"] - 0.3) * 16000) : int((turn["end"] + pad) * 16000)]
            with wave.open(str(path), "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(2)
                out.setframerate(16000)
                out.writeframes((samples * 32767).astype("<i2").tobytes())
        return path

    return cut
