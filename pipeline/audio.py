"""A recording's sound, read in a child process under limits (the reading itself: decoder.py)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import errors
from pipeline.errors import BadRecording, ExemplarError, TooHeavy, Unreadable
from pipeline.records import Sound

RATE = 16_000  # samples a second of every lane
MEMORY_MB = 2_048  # address space of the decoding child
WALL_S = 600.0
SHORT_OF_CLAIM_S = 2.0  # a file this much shorter than its header says is reported as cut short


@dataclass(frozen=True, slots=True)
class Decoded:
    """Sound ready for hearing: one file of signed 16-bit samples at 16 kHz a lane (one lane a channel, mono: one)."""

    sound: Sound
    lanes: tuple[Path, ...]
    peaks: Path
    listen: Path | None
    problems: tuple[str, ...]


def decode(path: Path, into: Path, *, max_hours: float = 6.0, wall_s: float = WALL_S) -> Decoded:
    """Decode a recording into a folder. Raises BadRecording of the kind that fits where it can't be."""
    into.mkdir(parents=True, exist_ok=True)
    answer = _child(
        {
            "do": "decode",
            "path": str(path),
            "suffix": path.suffix.lower(),
            "into": str(into),
            "max_s": max_hours * 3600,
        },
        wall_s,
    )
    problems = []
    claimed = answer["claimed_s"]
    if claimed and claimed - answer["duration_s"] > max(SHORT_OF_CLAIM_S, 0.02 * claimed):
        problems.append(f"The recording stops early: {answer['duration_s']:.0f} of {claimed:.0f} seconds are there.")
    if answer["spoilt"]:
        spots = "spot" if answer["spoilt"] == 1 else "spots"
        problems.append(f"{answer['spoilt']} damaged {spots} in the sound were skipped.")
    sound = Sound(**{key: answer[key] for key in ("duration_s", "channels", "sample_rate", "codec", "container")})
    return Decoded(
        sound=sound,
        lanes=tuple(into / f"{lane}.pcm" for lane in range(answer["lanes"])),
        peaks=into / "peaks.json",
        listen=into / "listen.m4a" if answer["copy"] else None,
        problems=tuple(problems),
    )


def samples(lane: Path) -> NDArray[np.float32]:
    """One lane as float32 samples between -1 and 1, shape (n,), at 16 kHz."""
    return np.fromfile(lane, np.int16).astype(np.float32) / np.float32(32768)


def _child(job: dict[str, Any], wall_s: float) -> dict[str, Any]:
    job |= {"memory_mb": MEMORY_MB, "cpu_s": wall_s}
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline.decoder", json.dumps(job)],
            capture_output=True,
            timeout=wall_s,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise TooHeavy(f"more than {wall_s:.0f} s") from error
    if run.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise TooHeavy(f"more than {wall_s:.0f} s of computing")
    if run.returncode:
        last = run.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit {run.returncode}"]
        raise (TooHeavy if "MemoryError" in last[0] else Unreadable)(last[0])
    answer: dict[str, Any] = json.loads(run.stdout)
    if "error" in answer:
        kind: type[ExemplarError] = getattr(errors, answer["error"])
        if not issubclass(kind, BadRecording):
            raise TypeError(answer["error"])
        raise kind(answer["detail"])
    return answer
