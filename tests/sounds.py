"""Recordings that tests make: any container, any number of streams and channels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

RATE = 16_000


def load(path: Path) -> np.ndarray:
    """A file's sound as float samples (16-bit scale) at 16 kHz, shape (channels, samples)."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        layout = "stereo" if stream.codec_context.channels == 2 else "mono"
        resampler = av.AudioResampler(format="s16p", layout=layout, rate=RATE)
        frames = [piece for frame in container.decode(stream) for piece in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.float32)


def save(
    path: Path,
    *streams: np.ndarray,
    codec: str = "pcm_s16le",
    layout: str | None = None,
    kilobits: int = 0,
    titles: Sequence[str] = (),
) -> Path:
    """Write sound at 16 kHz, one array of shape (channels, samples) a stream."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        made = []
        for number, sound in enumerate(streams):
            of = layout or {1: "mono", 2: "stereo"}.get(len(sound), f"{len(sound)}.0")
            stream = container.add_stream(codec, rate=48_000 if codec == "libopus" else RATE, layout=of)
            if kilobits:
                stream.bit_rate = kilobits * 1000
            if titles:
                stream.metadata["title"] = titles[number]
            made.append((stream, of, np.clip(sound, -32768, 32767).astype(np.int16)))
        for stream, of, sound in made:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="s16p", layout=of)
            frame.sample_rate = RATE
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path
