"""The peer: faster-whisper called in a plain loop, as a person would write it. Prints seconds a file, load excluded.

`python -m bench.peer MODEL FILE…`. Two channels: each by itself, one after the other, VAD on, beam 5, words.
"""

from __future__ import annotations

import json
import os
import sys
import time

import av
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio


def main(model_path: str, files: list[str]) -> None:
    model = WhisperModel(model_path, device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1)
    for file in files:
        began = time.perf_counter()
        with av.open(file, metadata_errors="replace") as container:
            stereo = container.streams.audio[0].codec_context.channels == 2
        lanes = decode_audio(file, split_stereo=True) if stereo else (decode_audio(file),)
        words = 0
        for lane in lanes:
            segments, _ = model.transcribe(
                lane,
                language="en",
                beam_size=5,
                word_timestamps=True,
                vad_filter=True,
                condition_on_previous_text=False,
            )
            words += sum(len(segment.words or ()) for segment in segments)
        print(json.dumps({"file": file, "seconds": time.perf_counter() - began, "words": words}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
