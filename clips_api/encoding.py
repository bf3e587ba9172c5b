"""Sound as a file: WAV, which everything plays, and Opus, a tenth of it."""

from __future__ import annotations

import io
import struct
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream

from clips_api.sound import Sound

HEAD = 44  # bytes of a WAV file before its samples
RATES = (8_000, 12_000, 16_000, 24_000)  # samples a second that Opus knows; speech has nothing above
BITS = 24_000  # a second and channel: speech is as good as the recording from here on
QUICK = "1"  # how much thought goes into encoding, of 10: more of it can hardly be heard in speech


def wav_head(rate: int, channels: int, samples: int) -> bytes:
    """The header of a 16-bit WAV file of so many samples a channel."""
    size, step = samples * channels * 2, channels * 2
    form = "<4sI4s4sIHHIIHH4sI"
    return struct.pack(
        form, b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, channels, rate, rate * step, step, 16, b"data", size
    )


def wav(sound: Sound) -> bytes:
    """A 16-bit WAV file."""
    data = np.ascontiguousarray(sound.samples, dtype="<i2").tobytes()
    return wav_head(sound.rate, sound.samples.shape[1], len(sound.samples)) + data


def opus(sound: Sound) -> bytes:
    """An Ogg file with Opus, byte for byte the same for the same sound. More than two channels become one."""
    samples = sound.samples
    if samples.shape[1] > 2:
        samples = np.rint(samples.mean(axis=1, keepdims=True)).astype(np.int16)
    layout = "stereo" if samples.shape[1] == 2 else "mono"
    rate = next((rate for rate in RATES if rate >= sound.rate), RATES[-1])
    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        options = {"application": "voip", "compression_level": QUICK}
        stream: AudioStream = container.add_stream("libopus", rate=rate, layout=layout, options=options)
        stream.bit_rate = BITS * samples.shape[1]
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, dtype=np.int16).reshape(1, -1), format="s16", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, 0, Fraction(1, sound.rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
