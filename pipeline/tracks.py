"""Sound as it comes out of a decoder, written to one file of samples a channel, with its levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline import formats

RATE = 16_000  # samples a second that the recogniser hears
WINDOWS_A_SECOND = 20
WINDOW = RATE // WINDOWS_A_SECOND  # samples over which a level is taken
HOLD = 500  # frames gathered before they are written


class Refused(Exception):
    """The name of the error in pipeline.errors, and a detail."""


@dataclass(slots=True)
class Channel:
    """One channel of one stream of one file: signed 16-bit samples at 16 kHz in `path`, and its levels."""

    path: Path
    stream: int
    of: int  # channels of its stream that are kept apart
    what: str = ""  # in words, by itself: "channel 2", "track 3", a file's name
    whole: str = ""  # in words, all channels of its stream: "both channels", "track 3"
    titles: tuple[str, ...] = ()  # what the file calls its stream
    total: int = 0  # samples
    peaks: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))  # loudest sample of each window
    power: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))  # mean square of each window

    def read(self, start: int, count: int) -> NDArray[np.float32]:
        """`count` samples from `start` on; silence before the beginning and past the end."""
        skip = max(0, -start)
        found = np.fromfile(self.path, np.int16, max(0, count - skip), offset=2 * max(0, start))
        return np.pad(found.astype(np.float32), (skip, count - skip - len(found)))


class Track:
    """One stream on its way to disk. All its files are open before any sound is read (see decoder.sealed)."""

    def __init__(self, into: Path, number: int, apart: int, limit: int) -> None:
        self.number = number
        self.spread = 0  # channels that the stream has
        self._limit = limit  # samples
        self._paths = [into / f"{number}-{channel}.raw" for channel in range(apart)]
        self._outs = [path.open("wb") for path in self._paths]
        self._count = 0  # channels that are kept apart
        self._shape: tuple[str, str, int] | None = None
        self._resampler: av.AudioResampler | None = None
        self._held: list[NDArray[np.int16]] = []
        self._total = 0
        self._rest = np.zeros((0, 0), np.int16)
        self._peaks: list[NDArray[np.int16]] = []
        self._power: list[NDArray[np.float32]] = []

    def add(self, frame: av.AudioFrame, codec: str, late_s: float = 0.0) -> av.AudioFrame | None:
        """Take one frame, and give it back as it was understood; None where it can't belong to this stream.

        Damaged frames may claim another shape than the first one; a resampler takes one only. `late_s` says how long
        after the recording's start the first frame stands. Raises Refused past the longest length accepted.
        """
        frame = plain(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None:
            self._shape, self.spread = shape, frame.layout.nb_channels
            self._resampler = self._begin(frame.layout.name, codec, late_s)
        elif shape != self._shape:
            return None
        self._take(self._resampler.resample(frame))
        return frame

    def close(self) -> list[Channel]:
        """The finished channels, not yet put in words; none where no frame came."""
        if self._resampler is not None:
            self._take(self._resampler.resample(None))
            self._held.append(
                np.zeros((self._count, -self._total % WINDOW), np.int16)
            )  # the last window has a level too
        self._flush()
        for out in self._outs:
            out.truncate(self._total * 2)
            out.close()
        for path in self._paths[self._count :]:
            path.unlink()
        if not self._total:
            return []
        peaks = np.concatenate([*self._peaks, np.zeros((self._count, 0), np.int16)], axis=1)
        power = np.concatenate([*self._power, np.zeros((self._count, 0), np.float32)], axis=1)
        return [
            Channel(path, self.number, self._count, total=self._total, peaks=peaks[channel], power=power[channel])
            for channel, path in enumerate(self._paths[: self._count])
        ]

    def _begin(self, layout: str, codec: str, late_s: float) -> av.AudioResampler:
        self._count = self.spread
        if self.spread > 2 and codec in formats.SURROUND:
            self._count, layout = min(2, len(self._outs)), "stereo"
        if self._count > len(self._outs):
            self._count = 1
        if self._count == 1:
            layout = "mono"
        self._rest = np.zeros((self._count, 0), np.int16)
        late = round(late_s * RATE)
        while 0 < late - self._total <= self._limit:  # a minute at a time: it may be hours
            self._held.append(np.zeros((self._count, min(60 * RATE, late - self._total)), np.int16))
            self._total += self._held[0].shape[1]
            self._flush()
        return av.AudioResampler(format="s16p", layout=layout, rate=RATE)

    def _take(self, pieces: list[av.AudioFrame]) -> None:
        for piece in pieces:
            samples = piece.to_ndarray().astype(np.int16, copy=False)
            self._held.append(samples)
            self._total += samples.shape[1]
        if len(self._held) >= HOLD:
            self._flush()
        if self._total > self._limit:
            raise Refused("TooLong", f"more than {self._limit / RATE / 3600:.0f} h")

    def _flush(self) -> None:
        if not self._held:
            return
        samples = np.concatenate(self._held, axis=1)
        self._held = []
        for out, channel in zip(self._outs, samples, strict=False):
            if channel.any():
                out.write(channel.tobytes())
            else:
                out.seek(channel.nbytes, 1)  # a hole: silence costs no disk
        samples = np.concatenate([self._rest, samples], axis=1)
        whole = samples.shape[1] // WINDOW * WINDOW
        blocks = samples[:, :whole].reshape(self._count, -1, WINDOW)
        self._rest = samples[:, whole:]
        self._peaks.append(np.maximum(blocks.max(axis=2), -np.maximum(blocks.min(axis=2), -32767)))
        self._power.append(np.mean(np.square(blocks, dtype=np.float32), axis=2, dtype=np.float32))


def plain(frame: av.AudioFrame) -> av.AudioFrame:
    """A frame without its clock (clocks in files lie; sound is taken as it comes) and with a layout that has a name."""
    if frame.layout.name.endswith(" channels"):
        layout = formats.LAYOUTS.get(frame.layout.nb_channels)
        if layout:
            rate = frame.sample_rate
            frame = av.AudioFrame.from_ndarray(frame.to_ndarray(), format=frame.format.name, layout=layout)
            frame.sample_rate = rate
    frame.pts = None
    return frame
