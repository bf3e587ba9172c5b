"""What a voice sounds like, as numbers: mel frames of 16 kHz sound, and the GE2E encoder that turns them into voices.

The encoder is that of Wan, Wang, Papir and Lopez Moreno, "Generalized end-to-end loss for speaker verification" (2018),
with the weights of Resemblyzer 0.1.4; voice_encoder/README.md says how its file was made.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # samples a second
FRAME = 400  # samples of one frame: 25 ms
HOP = 160  # samples between two frames: 10 ms
FRAMES_S = RATE // HOP  # frames a second
BANDS = 40
BATCH = 64  # windows the encoder is given together
TOP_HZ = 8000.0

Frames = NDArray[np.float32]


class VoiceEncoder:
    """The packaged encoder, loaded once. `threads`: processor threads it may use, 0 for all."""

    def __init__(self, threads: int = 1) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        model = (files("pipeline") / "voice_encoder" / "ge2e.onnx").read_bytes()
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def embed(self, windows: Frames) -> Frames:
        """Mel windows (n, frames, 40) of one length, as the voices heard in them: (n, 256), each row of length 1."""
        if not len(windows):
            return np.zeros((0, 256), np.float32)
        parts = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
        return np.concatenate([self._session.run(None, {"mel": part})[0] for part in parts])


def mel(samples: NDArray[np.float32]) -> Frames:
    """Power in 40 mel bands (Slaney's scale, areas of 1) of Hann frames centred every 10 ms: (1 + n // 160, 40)."""
    padded = np.pad(samples, FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * _hann(), axis=1)) ** 2
    return (power @ _bands()).astype(np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


@cache
def _bands() -> NDArray[np.float32]:
    """Triangles over the spectrum's bins, (201, 40); linear below 1 kHz, logarithmic above (Slaney 1998)."""
    linear, bend = 200 / 3, 1000.0  # Hz a mel below the bend; Hz
    step = np.log(6.4) / 27  # each mel above the bend
    top = bend / linear + np.log(TOP_HZ / bend) / step
    mels = np.linspace(0, top, BANDS + 2)
    edges = np.where(mels < bend / linear, mels * linear, bend * np.exp((mels - bend / linear) * step))
    bins = np.fft.rfftfreq(FRAME, 1 / RATE)[:, None]
    rise = (bins - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - bins) / np.diff(edges)[1:]
    return np.asarray(np.clip(np.minimum(rise, fall), 0, None) * 2 / (edges[2:] - edges[:-2]), np.float32)
