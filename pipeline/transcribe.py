"""Sound to words with faster-whisper, in batches. Knows windows of sound, nothing of files or calls."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations
from numpy.typing import NDArray

from pipeline import models
from pipeline.device import Choice, choose

BEAM = 5
AIR_S = 2.0  # of silence after a window: the model, made for half minutes, needs some but not all of it
WHOLE_S = 30.0
NEED_ALL = "tiny"  # the smallest models lose a fifth of their accuracy without the whole half minute
WORKERS = 4  # batches that a processor hears at a time, at most: each takes memory
TOGETHER = {"cpu": 2, "cuda": 16}  # windows in a batch: more take a processor no less time each, but memory
RATE = 16_000  # samples a second
# Signs that belong to the word after them, and to the word before them.
BEFORE, AFTER = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001  they are meant

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word; times in seconds from the start of its window."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Take:
    """What was made of one window."""

    words: tuple[Spoken, ...]
    log_probability: float  # mean of its tokens
    no_speech: float  # probability that nobody speaks
    compression: float  # how many times shorter its text becomes by compressing: loops compress well


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of windows as the model sees them."""

    output: StorageView
    frames: tuple[int, ...]  # of each window, 10 ms each


class Recogniser:
    """A loaded speech model.

    `device`: auto, cpu or cuda; `compute_type`: auto (int8 on a processor, float16 on a GPU) or any of CTranslate2's;
    `threads`: 0 for all cores; `load` loads a model. A GPU that `auto` chose and that fails is given up for the
    processor; `note` says so, as it says where another model had to do. Raises NoModel. Thread-safe: `workers` batches
    of `together` windows can be heard at a time.
    """

    def __init__(
        self, model: str, *, device: str, compute_type: str, threads: int, load: Callable[..., Any] = WhisperModel
    ) -> None:
        where, note = models.find(model)
        self.name = where.rstrip("/").rsplit("/", 1)[-1]
        choice = choose(device, compute_type)
        threads = threads or os.cpu_count() or 1
        trouble = choice.trouble
        try:
            self._model = _loaded(load, where, choice, threads)
        except (RuntimeError, ValueError) as error:
            if device != "auto" or choice.device == "cpu":
                raise
            trouble = f"A GPU was found, but it failed ({error}): calls are heard on the processor."
            choice = choose("cpu", "auto")
            self._model = _loaded(load, where, choice, threads)
        self.device, self.compute_type = choice.device, choice.compute_type
        self.workers, self.together = _workers(self.device, threads), TOGETHER[self.device]
        self.note = " ".join(filter(None, (note, trouble))) or None
        self._air_s = WHOLE_S if self.name.startswith(NEED_ALL) else AIR_S
        self._tokenizer = cache(self._make_tokenizer)
        self.multilingual: bool = self._model.model.is_multilingual

    def encode(self, sounds: Sequence[Samples]) -> Encoded:
        """Windows of at most half a minute, float32 at 16 kHz, as one batch: the dearer half of hearing."""
        longest = max(len(sound) for sound in sounds) / self._model.feature_extractor.sampling_rate
        room = round(min(WHOLE_S, longest + self._air_s) * self._model.frames_per_second)
        features = [self._model.feature_extractor(sound)[..., :-1] for sound in sounds]
        frames = tuple(min(room, feature.shape[-1]) for feature in features)
        batch = np.stack([pad_or_trim(feature, room) for feature in features])
        return Encoded(self._model.encode(batch), frames)

    def languages(self, encoded: Encoded) -> list[dict[str, float]]:
        """Of each window, the probability of each language by its code."""
        if not self.multilingual:
            return [{"en": 1.0} for _ in encoded.frames]
        return [
            {token.strip("<|>"): probability for token, probability in window}
            for window in self._model.model.detect_language(encoded.output)
        ]

    def decode(
        self, encoded: Encoded, languages: Sequence[str], *, hotwords: str = "", careful: bool = False
    ) -> list[Take]:
        """The words of each window, in the language at its place. `careful` forbids the model to repeat itself."""
        tokenizers = [self._tokenizer(language if self.multilingual else "en") for language in languages]
        prompts = [self._prompt(tokenizer, hotwords) for tokenizer in tokenizers]
        found = self._model.model.generate(
            encoded.output,
            prompts,
            beam_size=BEAM,
            max_length=self._model.max_length,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizers[0], [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            repetition_penalty=1.1 if careful else 1.0,
            no_repeat_ngram_size=4 if careful else 0,
        )
        spoken = self._align(encoded, tokenizers, [one.sequences_ids[0] for one in found])
        return [
            Take(
                words=words,
                log_probability=one.scores[0] * len(one.sequences_ids[0]) / (len(one.sequences_ids[0]) + 1),
                no_speech=one.no_speech_prob,
                compression=compression(" ".join(word.text for word in words)),
            )
            for one, words in zip(found, spoken, strict=True)
        ]

    def _make_tokenizer(self, language: str) -> Tokenizer:
        return Tokenizer(self._model.hf_tokenizer, self.multilingual, task="transcribe", language=language)

    def _prompt(self, tokenizer: Tokenizer, hotwords: str) -> list[int]:
        prompt: list[int] = self._model.get_prompt(
            tokenizer, [], without_timestamps=True, hotwords=hotwords.strip() or None
        )
        return prompt

    def _align(
        self, encoded: Encoded, tokenizers: Sequence[Tokenizer], tokens: Sequence[list[int]]
    ) -> list[tuple[Spoken, ...]]:
        """Each window's words with their times. A batch of several languages (rare) is aligned for each."""
        plain = [
            [token for token in window if token < tokenizer.eot]
            for window, tokenizer in zip(tokens, tokenizers, strict=True)
        ]
        aligned: dict[str, list[list[dict[str, Any]]]] = {
            tokenizer.language_code: self._model.find_alignment(tokenizer, plain, encoded.output, list(encoded.frames))
            for tokenizer in {tokenizer.language_code: tokenizer for tokenizer in tokenizers}.values()
        }
        found = [aligned[tokenizer.language_code][number] for number, tokenizer in enumerate(tokenizers)]
        for words in found:
            merge_punctuations(words, BEFORE, AFTER)
        return [
            tuple(
                Spoken(word["word"].strip(), float(word["start"]), float(word["end"]), float(word["probability"]))
                for word in words
                if word["word"].strip()
            )
            for words in found
        ]


def _workers(device: str, threads: int) -> int:
    """How many batches are heard at a time: small steps are spread badly over cores, whole batches well."""
    return min(threads, WORKERS) if device == "cpu" else 1


def _loaded(load: Callable[..., Any], where: str, choice: Choice, threads: int) -> Any:
    """A model that is known to work: a GPU's libraries are only missed when something is computed."""
    workers = _workers(choice.device, threads)
    model = load(
        where,
        device=choice.device,
        compute_type=choice.compute_type,
        cpu_threads=threads // workers,
        num_workers=workers,
    )
    if choice.device == "cuda":
        model.encode(model.feature_extractor(np.zeros(RATE, np.float32)))
    return model


def compression(text: str) -> float:
    """Bytes of a text over its bytes when compressed (zlib)."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0
