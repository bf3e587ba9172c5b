"""A whole call's sound, muted where personal data is said: a WAV made while it is sent, any range of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clips_api import cutting
from clips_api.encoding import HEAD, wav_head
from clips_api.sound import Stretch
from clips_api.spans import Span
from pipeline.errors import ExemplarError
from pipeline.folder import CallFolder
from pipeline.records import Recording

log = logging.getLogger(__name__)
CHUNK = 1 << 16  # bytes sent at a time


@dataclass(frozen=True)
class Whole:
    """A call as a WAV file that nobody has written. A recording that ends early is silent from there on."""

    sound: Path
    rate: int
    channels: int
    samples: int
    secret: tuple[Stretch, ...]

    @classmethod
    def of(cls, call: CallFolder, recording: Recording, secret: tuple[Stretch, ...]) -> Whole:
        sound = cutting.source(call)
        rate, channels = cutting.shape(sound)
        return cls(sound, rate, channels, round(recording.duration_s * rate), secret)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return HEAD + self.samples * self.channels * 2

    def part(self, first: int, last: int) -> Iterator[bytes]:
        """The file's bytes from a first to a last one, inclusive."""
        left, waiting = last + 1 - first, bytearray()
        for piece in self._pieces(first):
            waiting += piece[: left - len(waiting)]
            if len(waiting) >= min(CHUNK, left):
                left -= len(waiting)
                yield bytes(waiting)
                waiting.clear()
            if left == 0:
                return
        waiting += bytes(left - len(waiting))
        yield bytes(waiting)

    def _pieces(self, first: int) -> Iterator[bytes]:
        step = self.channels * 2
        if first < HEAD:
            yield wav_head(self.rate, self.channels, self.samples)[first:]
        at, skip = divmod(max(0, first - HEAD), step)
        span = Span("", at / self.rate, self.samples / self.rate)
        try:
            for block in cutting.stream(self.sound, span):
                data = block.muted(self.secret, at).samples.astype("<i2").tobytes()
                at += len(block.samples)
                yield data[skip:]
                skip = 0
        except ExemplarError as error:  # the answer has begun: what can't be read is silence
            log.warning("%s ends at %.1f s: %s", self.sound, at / self.rate, error)
