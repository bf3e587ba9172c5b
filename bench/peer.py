"""The peer: faster-whisper called in a plain loop, as a person would write it. Prints seconds a file, load excluded.

`python -m bench.peer MODEL FILE…`. Two channels: each by itself, one after the other, VAD on, beam 5, words.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio


def heard(model: str, files: list[Path]) -> list[dict[str, Any]]:
    """What the peer makes of each file, in a process of its own: its seconds and the text of each lane."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.peer", model, *map(str, files)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def main(model_path: str, files: list[str]) -> None:
    model = WhisperModel(model_path, device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1)
    for file in files:
        began = time.perf_counter()
        with av.open(file, metadata_errors="replace") as container:
            stereo = container.streams.audio[0].codec_context.channels == 2
        lanes = decode_audio(file, split_stereo=True) if stereo else (decode_audio(file),)
        texts = []
        for lane in lanes:
            segments, _ = model.transcribe(
                lane,
                language="en",
                beam_size=5,
                word_timestamps=True,
                vad_filter=True,
                condition_on_previous_text=False,
            )
            texts.append(" ".join(word.word.strip() for segment in segments for word in segment.words or ()))
        print(json.dumps({"file": file, "seconds": time.perf_counter() - began, "texts": texts}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
