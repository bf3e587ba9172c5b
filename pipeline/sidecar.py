"""Notes and transcripts that lie beside a recording: read with care, kept as they came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline import files

SIDECAR_BYTES = 1 << 20  # a larger NAME.json is no sidecar


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


def keep_companion(path: Path, folder: Path) -> None:
    """Copy a sidecar or transcript beside the recording, as it came, under a name of its own."""
    data, number = path.read_bytes(), 1
    target = folder / f"companion{path.suffix.lower()}"
    while target.exists() and target.read_bytes() != data:
        number += 1
        target = folder / f"companion-{number}{path.suffix.lower()}"
    files.write(target, data)
