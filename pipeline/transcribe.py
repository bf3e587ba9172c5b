"""Speech to words, with faster-whisper in batches. Knows samples and words, nothing of files or calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from pipeline import models, turns
from pipeline.records import Speaker, Turn, Word

RATE = 16_000  # samples a second
BEAM = 5
SURE_OF_LANGUAGE = 0.5  # below this, what a multilingual model detects is not believed and English is assumed

Samples = NDArray[np.float32]
Heard = Callable[[float], None]  # told the share done, 0 to 1


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard in one recording."""

    language: str
    model: str
    turns: tuple[Turn, ...]


def roles(lanes: int) -> tuple[Speaker, ...]:
    """Who speaks on each lane: two-channel calls have the rep first, a mono call can't tell."""
    return ("rep", "customer") if lanes == 2 else ("unknown",)


def _share(heard: Heard, done: int, lanes: int, share: float) -> None:
    heard((done + share) / lanes)


class Recogniser:
    """A loaded speech model.

    `device`: auto, cpu or cuda; `compute_type`: auto (int8 on a processor, float16 on a GPU) or any of CTranslate2's;
    `threads`: 0 for all cores; `batch`: stretches of speech decoded together. Raises NoModel.
    """

    def __init__(self, model: str, *, device: str, compute_type: str, threads: int, batch: int) -> None:
        where, self.note = models.find(model)
        self.name = where.rstrip("/").rsplit("/", 1)[-1]
        self.device = device
        self.batch = batch
        if compute_type == "auto":
            compute_type = "int8" if self._on_processor() else "float16"
        self._model = WhisperModel(where, device=device, compute_type=compute_type, cpu_threads=threads)
        self._batched = BatchedInferencePipeline(self._model)

    def _on_processor(self) -> bool:
        if self.device == "auto":
            from ctranslate2 import get_cuda_device_count

            return int(get_cuda_device_count()) == 0
        return self.device == "cpu"

    def hear(self, lanes: Sequence[Samples], language: str, heard: Heard) -> Hearing:
        """Transcribe a recording's lanes, each by itself, and merge them into turns. Lanes: float32 at 16 kHz, (n,).

        `language` is a code or `auto`, which costs another pass over the first half minute.
        """
        found: list[tuple[Speaker, list[Word]]] = []
        known = None if language == "auto" else language
        for number, (speaker, samples) in enumerate(zip(roles(len(lanes)), lanes, strict=True)):
            words, known = self._lane(samples, known, partial(_share, heard, number, len(lanes)))
            found.append((speaker, words))
        heard(1.0)
        return Hearing(known or "en", self.name, turns.merge(found))

    def _lane(self, samples: Samples, language: str | None, heard: Heard) -> tuple[list[Word], str | None]:
        options: dict[str, Any] = {"language": language, "beam_size": BEAM, "word_timestamps": True}
        segments, info = self._batched.transcribe(samples, batch_size=self.batch, **options)
        if language is None and info.duration_after_vad:
            if info.language != "en" and info.language_probability < SURE_OF_LANGUAGE:
                return self._lane(samples, "en", heard)
            language = info.language
        length = max(len(samples) / RATE, 1e-3)
        words = []
        for segment in segments:
            for word in segment.words or ():
                text = word.word.strip()
                if text:
                    start, end = round(word.start, 2), round(word.end, 2)
                    probability = round(float(word.probability), 3)
                    words.append(Word(start=start, end=end, text=text, raw=text, probability=probability))
            heard(min(1.0, segment.end / length))
        return words, language
