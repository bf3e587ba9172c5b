"""What is heard on telephone lines besides people: each makes so many seconds of it, int16 at 16 kHz."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RATE = 16_000
DTMF = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "0": (941, 1336), "#": (941, 1477)}


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _pcm(sound: np.ndarray, level: float = 6000.0) -> np.ndarray:
    """With the hiss of a line."""
    hiss = np.random.default_rng(7).normal(0, 12, len(sound))
    return np.clip(sound * level + hiss, -32768, 32767).astype(np.int16)


def _tones(seconds: float, *hertz: float) -> np.ndarray:
    return sum(np.sin(2 * np.pi * one * _time(seconds)) for one in hertz) / len(hertz)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.int16)


def white(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, 3000, int(seconds * RATE)).astype(np.int16)


def pink(seconds: float) -> np.ndarray:
    """Noise whose power falls with the frequency: traffic, breath, wind."""
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(size=int(seconds * RATE)))
    spectrum /= np.sqrt(np.arange(len(spectrum)) + 1)
    sound = np.fft.irfft(spectrum, int(seconds * RATE))
    return _pcm(sound / np.abs(sound).max(), 16000)


def hum(seconds: float) -> np.ndarray:
    return _pcm(_tones(seconds, 50, 100, 150, 250), 5000)


def ringback(seconds: float) -> np.ndarray:
    """North American: 440 and 480 Hz, two seconds of six."""
    return _pcm(_tones(seconds, 440, 480) * (_time(seconds) % 6 < 2))


def ringback_uk(seconds: float) -> np.ndarray:
    at = _time(seconds) % 3
    return _pcm(_tones(seconds, 400, 450) * ((at < 0.4) | ((at > 0.6) & (at < 1.0))))


def busy(seconds: float) -> np.ndarray:
    return _pcm(_tones(seconds, 480, 620) * (_time(seconds) % 1 < 0.5))


def beeps(seconds: float) -> np.ndarray:
    return _pcm(_tones(seconds, 1000) * (_time(seconds) % 5 < 0.4))


def keypad(seconds: float) -> np.ndarray:
    keys = [DTMF["1590#"[number % 5]] for number in range(int(seconds * 2) + 1)]
    pressed = np.concatenate([_tones(0.5, *key) * (_time(0.5) < 0.2) for key in keys])
    return _pcm(pressed[: int(seconds * RATE)])


def music(seconds: float) -> np.ndarray:
    """What waits on hold: chords over a bass, plucked, four changes in eight seconds, with a melody."""
    time = _time(seconds)
    roots = np.array([220.0, 174.6, 261.6, 196.0])[(time // 2).astype(int) % 4]
    chord = sum(np.sin(2 * np.pi * np.cumsum(roots * step) / RATE) for step in (0.5, 1.0, 1.26, 1.5))
    notes = roots * np.array([2.0, 2.52, 3.0, 2.25, 2.0, 1.5])[(time // 0.5).astype(int) % 6]
    phase = 2 * np.pi * np.cumsum(notes) / RATE
    melody = sum(np.sin(part * phase) / part for part in (1, 2, 3, 4)) * np.exp(-4 * (time % 0.5))
    return _pcm(0.15 * chord + 0.4 * melody)


NOISES: dict[str, Callable[[float], np.ndarray]] = {
    "silence": silence,
    "white noise": white,
    "pink noise": pink,
    "hum": hum,
    "ringback": ringback,
    "ringback, British": ringback_uk,
    "busy": busy,
    "beeps": beeps,
    "keypad": keypad,
    "hold music": music,
}
