"""What the call's page plays and draws: a copy for browsers that can't play the recording, and the waveform."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from pipeline.tracks import RATE, WINDOWS_A_SECOND, Channel

PEAKS_AT_MOST = 4_000  # a lane
LISTEN_RATE = {8_000: 16_000, 16_000: 16_000, 32_000: 32_000, 44_100: 44_100, 48_000: 48_000}
CHUNK = 60 * RATE  # samples of each lane that are mixed at once


def waveform(lanes: Sequence[Channel], path: Path) -> None:
    """Write the loudest sample of each twentieth of a second, 0 to 100, a row a lane; long recordings coarser."""
    rows = [lane.peaks if len(lane.peaks) else np.zeros(1, np.int16) for lane in lanes]
    fold = max(1, -(-len(rows[0]) // PEAKS_AT_MOST))
    rows = [np.maximum.reduceat(row, np.arange(0, len(row), fold)).astype(np.int32) for row in rows]
    top = max(1, *(int(np.max(row)) for row in rows))
    scaled = [np.round(row * 100 / top).astype(int).tolist() for row in rows]
    path.write_text(json.dumps({"per_second": WINDOWS_A_SECOND / fold, "channels": scaled}))


class ListeningCopy:
    """The recording once more as AAC in MP4."""

    def __init__(self, path: Path, channels: int, rate: int) -> None:
        rate = LISTEN_RATE.get(rate, 16_000 if rate < 16_000 else 44_100)
        layout = "stereo" if channels == 2 else "mono"
        self.file = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self.stream = self.file.add_stream("aac", rate=rate, layout=layout)
        self.stream.bit_rate = 64_000 * (2 if channels == 2 else 1)
        self.file.start_encoding()  # opens the file now
        self.resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate, frame_size=1024)
        self._at = 0  # samples so far

    def add(self, frame: av.AudioFrame | None) -> None:
        for piece in self.resampler.resample(frame):
            piece.pts = self._at  # without a clock the encoder's delay would not be told, and all sound be late by it
            piece.time_base = Fraction(1, piece.sample_rate)
            self._at += piece.samples
            self.file.mux(self.stream.encode(piece))

    def close(self) -> None:
        self.add(None)
        self.file.mux(self.stream.encode(None))
        self.file.close()


def mixdown(lanes: Sequence[Channel], path: Path) -> None:
    """A copy made of lanes: one as it is, two left and right, more added up."""
    copy = ListeningCopy(path, len(lanes), RATE)
    length = max(lane.total for lane in lanes)
    for start in range(0, length, CHUNK):
        sound = np.stack([lane.read(start, min(CHUNK, length - start)) for lane in lanes])
        if len(lanes) > 2:
            sound = np.clip(sound.sum(axis=0, keepdims=True), -32768, 32767)
        layout = "stereo" if len(sound) == 2 else "mono"
        frame = av.AudioFrame.from_ndarray(sound.astype(np.int16), format="s16p", layout=layout)
        frame.sample_rate = RATE
        copy.add(frame)
    copy.close()
