"""Notes and transcripts that lie beside a recording: whose they are, read with care, kept as they came."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import files, supplied
from pipeline.errors import BadInput

SIDECAR_BYTES = 1 << 20  # a larger NAME.json is no sidecar

# What recorders add to the name that a recording and its transcript share.
ADDED = (
    re.compile(r"(?<=_Recording)\.transcript$"),  # Zoom: GMT20261006-154012_Recording.transcript.vtt
    re.compile(r"(?<=_Recording)(?:_[a-z]+)*_\d{3,4}x\d{3,4}$"),  # Zoom: …_Recording_gallery_1920x1080.mp4
    re.compile(r"(?<=[\dC]-Meeting) (?:Recording|Transcript)$"),  # Teams: Demo-20261007_101500-Meeting Transcript.vtt
)


def stem(name: str) -> str:
    """A path without its ending."""
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def bare(name: str) -> str:
    """A path without its ending and without what recorders add."""
    found = stem(name)
    for added in ADDED:
        found = added.sub("", found)
    return found


def wanted_by(recording: str) -> tuple[str, ...]:
    """The names, without their endings, that a recording's companions may have; the closest last."""
    return tuple(dict.fromkeys((bare(recording), stem(recording), recording)))


def offered_by(companion: str) -> tuple[str, ...]:
    """The names to which a companion belongs: its own without its ending, and without what recorders add."""
    return tuple(dict.fromkeys((stem(companion), bare(companion))))


def read_sidecar(path: Path) -> tuple[dict[str, Any] | None, str | None]:
    """The plain values of a sidecar (text, numbers), or a sentence on why it can't be used."""
    try:
        if path.stat().st_size > SIDECAR_BYTES:
            return None, "The note beside the recording is too large to be one."
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None, "The note beside the recording is not valid JSON, so it was not used."
    if not isinstance(content, dict):
        return None, "The note beside the recording is not a JSON object, so it was not used."
    plain = {key: value for key, value in content.items() if isinstance(value, str | int | float)}
    try:
        json.dumps(plain, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None, "The note beside the recording holds broken characters, so it was not used."
    return plain, None


def transcript_problem(data: bytes, duration_s: float) -> str | None:
    """A sentence on why a transcript beside a recording of this length can't be used; None if it can."""
    try:
        supplied.read(data, duration_s)
    except BadInput as error:
        return f"The transcript beside the recording was not used: {error.detail}."
    return None


def is_kept(path: Path, folder: Path) -> bool:
    """Whether a call's folder has this sidecar or transcript already."""
    data = path.read_bytes()
    return any(kept.read_bytes() == data for kept in folder.glob(f"companion*{path.suffix.lower()}"))


def keep_companion(path: Path, folder: Path) -> None:
    """Copy a sidecar or transcript beside the recording, as it came, under a name of its own."""
    data, number = path.read_bytes(), 1
    target = folder / f"companion{path.suffix.lower()}"
    while target.exists() and target.read_bytes() != data:
        number += 1
        target = folder / f"companion-{number}{path.suffix.lower()}"
    files.write(target, data)
