"""The files of a call: its audio, and what is true of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream

from making.alignment import Aligner
from making.call import Turn
from making.script import Script


@dataclass(frozen=True)
class Codec:
    """How a recording is written: container and codec by FFmpeg's names, bits a second for one channel."""

    container: str
    codec: str
    bit_rate: int | None = None


CODECS: Final = {
    "wav_pcm": Codec("wav", "pcm_s16le"),
    "wav_mulaw": Codec("wav", "pcm_mulaw"),
    "mp3": Codec("mp3", "libmp3lame", 24_000),
    "m4a": Codec("ipod", "aac", 32_000),
    "mp4": Codec("mp4", "aac", 32_000),
    "opus": Codec("opus", "libopus", 18_000),
    "ogg": Codec("ogg", "libopus", 18_000),
}


def encode(path: Path, samples: npt.NDArray[np.float32], rate: int, codec: Codec) -> None:
    """Write (channels, n) samples, without dates or random numbers in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = "stereo" if len(samples) == 2 else "mono"
    packed = np.round(samples.T * 32767).astype(np.int16).reshape(1, -1)
    with av.open(str(path), "w", format=codec.container, options={"fflags": "+bitexact"}) as container:
        stream = cast("AudioStream", container.add_stream(codec.codec, rate=rate, layout=layout))
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate * len(samples)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)  # so that encoder delay is declared
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def truth_of(script: Script, turns: Sequence[Turn], duration: float, aligner: Aligner) -> dict[str, Any]:
    """The truth document of a call."""
    return {
        "file": script.file,
        "duration_s": round(duration, 3),
        "channels": 2 if script.recording.layout == "two_channel" else 1,
        "rep": script.people["rep"].name,
        "customer": script.people["customer"].name,
        "type": script.type,
        "turns": [
            {
                "speaker": turn.line.speaker,
                "start": round(turn.start, 2),
                "end": round(turn.end, 2),
                "text": turn.line.text,
                "tags": turn.line.tags,
                "words": aligner.words(turn),
            }
            for turn in turns
        ],
        "steps": script.steps,
        "handling": script.handling,
    }


def write_json(path: Path, document: dict[str, Any]) -> None:
    """A key a line, and a turn a line: small files with readable differences."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = []
    for key, value in document.items():
        if key == "turns":
            rows = ",\n".join("  " + json.dumps(turn, ensure_ascii=False) for turn in value)
            entries.append(f' "turns": [\n{rows}\n ]')
        else:
            entries.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n", encoding="utf-8")
