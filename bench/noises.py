"""A minute each of what a telephone line carries when nobody speaks; int16 at 16 kHz, the same every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
SECONDS = 60


def minutes() -> dict[str, NDArray[np.int16]]:
    """Silence, noise, ringback, hum, tones and hold music."""
    t = np.arange(SECONDS * RATE) / RATE
    chance = np.random.default_rng(7)
    ringback = 0.2 * (np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)) * (t % 6 < 2)
    hum = 0.1 * np.sin(2 * np.pi * 50 * t) + 0.05 * np.sin(2 * np.pi * 150 * t) + chance.normal(0, 0.002, len(t))
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336)]
    tones = np.zeros(len(t))
    for number, (low, high) in enumerate(keys * 15):
        part = slice(number * RATE, number * RATE + RATE // 4)
        tones[part] = 0.2 * (np.sin(2 * np.pi * low * t[part]) + np.sin(2 * np.pi * high * t[part]))
    sounds = {
        "silence": np.zeros(len(t)),
        "noise": chance.normal(0, 0.05, len(t)),
        "ringback": ringback,
        "hum": hum,
        "tones": tones,
        "hold music": _music(t),
    }
    return {name: (np.clip(sound, -1, 1) * 32767).astype(np.int16) for name, sound in sounds.items()}


def _music(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Broken chords with a bass and a beat, plucked: four harmonics a note, falling off."""
    music = np.zeros(len(t))
    chords = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]
    for beat in range(SECONDS * 2):
        chord = chords[beat // 8 % 4]
        notes = [(chord[beat % 3], 0.9, 0.08), *([(chord[0] / 2, 1.8, 0.1)] if beat % 4 == 0 else [])]
        for pitch, length, loud in notes:
            start = beat * RATE // 2
            ring = t[: max(0, min(int(length * RATE), len(t) - start))]
            for harmonic in range(1, 5):
                wave = np.sin(2 * np.pi * pitch * harmonic * ring) * np.exp(-3 * ring)
                music[start : start + len(ring)] += loud / harmonic * wave
    return music
