"""What a sample call says, by whom, and how it was recorded: `scripts/*.yml` as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

SPEAKERS: Final = ("rep", "customer")  # channel 0, channel 1


@dataclass(frozen=True)
class Person:
    """Who speaks, with which voice; pitch and speed are factors, 1.0 as the voice was made."""

    name: str
    voice: str
    company: str = ""
    pitch: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True)
class Line:
    """One turn of a script. Where it starts: `pause` seconds after what came before (else drawn), `overlap`
    seconds before that ends, or at `during`, a fraction of the turn before. A `tone` of that many seconds follows.
    """

    speaker: str
    text: str
    tags: list[str]
    pause: float | None = None
    overlap: float | None = None
    during: float | None = None
    tone: float = 0.0


@dataclass(frozen=True)
class Recording:
    """What the recorder made of the call."""

    format: str
    layout: str  # two_channel or mono
    line: str  # telephone or wideband
    noise: dict[str, str]
    cut_off: bool = False


@dataclass(frozen=True)
class Script:
    """One `scripts/NAME.yml`."""

    id: str
    seed: int
    file: str
    people: dict[str, Person]
    direction: str
    type: str
    started_at: str
    told_by: str
    recording: Recording
    lines: list[Line]
    steps: dict[str, str]
    handling: list[dict[str, Any]]
    sidecar: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Script:
        """Read a script; TypeError names a key that is unknown or missing."""
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        people = {speaker: Person(**data.pop(speaker)) for speaker in SPEAKERS}
        recording = Recording(**data.pop("recording"))
        lines = [Line(**turn) for turn in data.pop("turns")]
        return cls(people=people, recording=recording, lines=lines, **data)
