"""Samples: float32 in [-1, 1], mono, at WORK_RATE unless it says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

WORK_RATE: Final = 16_000  # samples a second while a call is put together, and what Whisper hears
TELEPHONE_RATE: Final = 8_000
TELEPHONE_BAND: Final = (300.0, 3400.0)  # Hz

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Noise:
    """Background of one end of the line: 1/f**slope noise that swells, at `level` dBFS, plus mains hum."""

    slope: float
    level: float
    swell: float = 0.0
    hum: float = 0.0


NOISES: Final = {
    "hiss": Noise(slope=0.0, level=-58),
    "hum": Noise(slope=0.5, level=-60, hum=0.002),
    "office": Noise(slope=0.7, level=-54, swell=0.5),
    "room": Noise(slope=0.8, level=-62),
    "street": Noise(slope=0.9, level=-48, swell=0.7),
}


def decibels(level: float) -> float:
    """The factor that a level in dB stands for."""
    return float(10 ** (level / 20))


def rms(audio: Audio) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)) + 1e-12))


def resample(audio: Audio, rate: float, to: int) -> Audio:
    """Band-limited resampling through the spectrum."""
    length = round(len(audio) * to / rate)
    spectrum = np.fft.rfft(audio, n=len(audio))
    kept = np.zeros(length // 2 + 1, dtype=np.complex128)
    common = min(len(spectrum), len(kept))
    kept[:common] = spectrum[:common]
    return (np.fft.irfft(kept, n=length) * (length / len(audio))).astype(np.float32)


def band_pass(audio: Audio, rate: int, low: float, high: float) -> Audio:
    """Keep low..high Hz: 12 dB an octave below, as a handset falls (a steeper edge hides deep voices from voice
    activity detectors), and a raised-cosine cut above.
    """
    frequencies = np.fft.rfftfreq(len(audio), 1 / rate)
    rise = 1 / np.sqrt(1 + (low / np.maximum(frequencies, 1)) ** 4)
    fall = np.clip((high * 1.08 - frequencies) / (high * 0.08), 0, 1)
    window = rise * (0.5 - 0.5 * np.cos(np.pi * fall))
    return np.fft.irfft(np.fft.rfft(audio) * window, n=len(audio)).astype(np.float32)


def mu_law_round_trip(audio: Audio) -> Audio:
    """What a telephone line's 8 bits leave of the audio (G.711's companding curve)."""
    companded = np.sign(audio) * np.log1p(255 * np.abs(audio)) / np.log(256)
    stepped = np.round(np.clip(companded, -1, 1) * 127) / 127
    expanded: Audio = (np.sign(stepped) * np.expm1(np.abs(stepped) * np.log(256)) / 255).astype(np.float32)
    return expanded


def loud(audio: Audio, floor_db: float = -38.0, window: float = 0.01) -> npt.NDArray[np.bool_]:
    """For each window of so many seconds: whether it is louder than floor_db under the loudest one."""
    step = int(WORK_RATE * window)
    blocks = np.pad(audio, (0, -len(audio) % step)).reshape(-1, step)
    levels = np.sqrt(np.mean(np.square(blocks), axis=1))
    return np.asarray(levels > levels.max() * decibels(floor_db))


def trim(audio: Audio) -> Audio:
    """Cut the silence at both ends, so that a turn starts when its first sound does."""
    heard = np.flatnonzero(loud(audio))
    step = WORK_RATE // 100
    sounding: Audio = audio[heard[0] * step : (heard[-1] + 1) * step]
    return sounding


def background(noise: Noise, length: int, rng: np.random.Generator) -> Audio:
    """Noise for one channel, `length` samples at WORK_RATE."""
    frequencies = np.fft.rfftfreq(length, 1 / WORK_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(length)) / np.maximum(frequencies, 50) ** noise.slope
    shaped = np.fft.irfft(spectrum, n=length)
    shaped *= decibels(noise.level) / rms(shaped.astype(np.float32))
    seconds = np.arange(length) / WORK_RATE
    swelling = 1 + noise.swell * np.sin(2 * np.pi * seconds / rng.uniform(5, 9) + rng.uniform(0, 6))
    hum = sum(np.sin(2 * np.pi * 60 * n * seconds) / n for n in (1, 2, 3, 5, 7))
    return (shaped * swelling + noise.hum * hum).astype(np.float32)


def tone(seconds: float) -> Audio:
    """An answering machine's beep."""
    times = np.arange(int(seconds * WORK_RATE)) / WORK_RATE
    fade = np.clip(np.minimum(times, seconds - times) / 0.01, 0, 1)
    return (0.15 * fade * np.sin(2 * np.pi * 1000 * times)).astype(np.float32)
