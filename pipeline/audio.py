"""A recording's sound, read in a child process under limits (the reading itself: decoder.py)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import errors, participants
from pipeline.errors import BadRecording, ExemplarError, TooHeavy, Unreadable
from pipeline.records import Lane, Sound

RATE = 16_000  # samples a second of every lane
MEMORY_MB = 2_048  # address space of the decoding child
WALL_S = 600.0
STARTING_S = 10.0  # what the child may take to begin
FILES_AT_MOST = 64  # participants of one call
LIMITS = {
    -signal.SIGALRM: "time is over",
    -signal.SIGXCPU: "too much computing",
    -signal.SIGXFSZ: "too much sound",
    -signal.SIGKILL: "stopped by the system",
}
SHORT_OF_CLAIM_S = 2.0  # a file this much shorter than its header says is reported as cut short


@dataclass(frozen=True, slots=True)
class Decoded:
    """Sound ready for hearing: a file of signed 16-bit samples at 16 kHz for each of `sound.lanes`, in their order.

    All are as long as the recording; silent lanes have a file too. `listen` is a copy for browsers that need one.
    """

    sound: Sound
    lanes: tuple[Path, ...]
    peaks: Path
    listen: Path | None
    problems: tuple[str, ...]


def decode(recording: Path | Sequence[Path], into: Path, *, max_hours: float = 6.0, wall_s: float = WALL_S) -> Decoded:
    """Decode a recording into a folder. Several files are one call in which each participant has a file.

    Raises BadRecording of the kind that fits where it can't be.
    """
    paths = [recording] if isinstance(recording, Path) else list(recording)
    if len(paths) > FILES_AT_MOST:
        raise TooHeavy(f"{len(paths)} files")
    into.mkdir(parents=True, exist_ok=True)
    answer = _child(
        {
            "files": [{"path": str(path), "suffix": path.suffix.lower()} for path in paths],
            "into": str(into),
            "max_s": max_hours * 3600,
            "wall_s": wall_s,
            "memory_mb": MEMORY_MB,
        }
    )
    return understood(answer, into, paths)


def understood(answer: dict[str, Any], into: Path, paths: Sequence[Path]) -> Decoded:
    """What the child answered, in our words. Raises the error that it names."""
    if "error" in answer:
        kind: type[ExemplarError] = getattr(errors, answer["error"])
        if not issubclass(kind, BadRecording):
            raise TypeError(answer["error"])
        raise kind(answer["detail"])
    problems = []
    claimed = answer["claimed_s"]
    if claimed - answer["duration_s"] > max(SHORT_OF_CLAIM_S, 0.02 * claimed):
        problems.append(f"The recording stops early: {answer['duration_s']:.0f} of {claimed:.0f} seconds are there.")
    if answer["spoilt"]:
        spots = "spot" if answer["spoilt"] == 1 else "spots"
        problems.append(f"{answer['spoilt']} damaged {spots} in the sound were skipped.")
    lanes = tuple(
        Lane(what=lane["what"], silent=lane["silent"], name=_name(lane, several=len(paths) > 1))
        for lane in answer["lanes"]
    )
    about = {key: answer[key] for key in ("duration_s", "channels", "sample_rate", "codec", "container")}
    return Decoded(
        sound=Sound(**about, lanes=lanes),
        lanes=tuple(into / f"{number}.pcm" for number in range(len(lanes))),
        peaks=into / "peaks.json",
        listen=into / "listen.m4a" if answer["copy"] else None,
        problems=tuple(problems),
    )


def _name(lane: dict[str, Any], *, several: bool) -> str | None:
    """The participant whose lane it is: after the file of their own, else after the title that the stream has."""
    of_file = participants.from_file(lane["what"]) if several else None
    return of_file or next(filter(None, map(participants.from_title, lane["titles"])), None)


def samples(lane: Path) -> NDArray[np.float32]:
    """One lane as float32 samples between -1 and 1, shape (n,), at 16 kHz."""
    return np.fromfile(lane, np.int16).astype(np.float32) / np.float32(32768)


def _child(job: dict[str, Any]) -> dict[str, Any]:
    """The answer of a child that does this job. It ends itself in time; the limit here is a second belt."""
    wall_s = job["wall_s"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline.decoder", json.dumps(job)],
            capture_output=True,
            timeout=wall_s + STARTING_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise TooHeavy(f"more than {wall_s:.0f} s") from error
    if run.returncode:
        raise ended(run.returncode, run.stderr.decode(errors="replace"))
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def ended(status: int, complaint: str) -> BadRecording:
    """The error for a child that ended badly: by a signal (negative, as subprocess has it) or of its own."""
    last = (complaint.strip().splitlines() or [""])[-1]
    if status in LIMITS or "MemoryError" in last:
        return TooHeavy(LIMITS.get(status) or last)
    return Unreadable(last or f"exit {status}")
