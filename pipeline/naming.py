"""Who was on a call, and when, as far as its sidecar, file name and folder tell. What isn't known stays unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError

from pipeline.parts import Parts
from pipeline.records import ABOUT, About, Correction, Sighting
from pipeline.zones import zoned

UPLOADS = "uploads"  # the folder of the inbox that pages and commands put files into; it names nobody
SYNONYMS = {"agent": "rep", "seller": "rep", "date": "started_at", "start_time": "started_at", "started": "started_at"}


@dataclass(frozen=True, slots=True)
class NamePattern:
    """One way of naming recordings, as names.yml has it."""

    source: str
    pattern: re.Pattern[str]
    folder: bool  # it is a folder that has such a name
    time: str | None
    utc: bool
    examples: dict[str, dict[str, Any]]


@cache
def patterns() -> tuple[NamePattern, ...]:
    """All ways of naming recordings that are known, the first match first."""
    raw = yaml.safe_load(files("pipeline").joinpath("names.yml").read_text(encoding="utf-8"))
    return tuple(
        NamePattern(
            source=entry["source"],
            pattern=re.compile(entry["pattern"]),
            folder=entry.get("folder", False),
            time=entry.get("time"),
            utc=entry.get("zone") == "utc",
            examples=entry["examples"],
        )
        for entry in raw
    )


def from_name(name: str, zone: tzinfo | None = None, *, folder: bool = False) -> About:
    """What a file's name tells, or a folder's. `zone` is that of times without one; None is this machine's."""
    for known in patterns():
        match = known.pattern.search(name) if known.folder is folder else None
        if not match:
            continue
        found = match.groupdict()
        when = found.pop("when", None)
        started = None
        if when and known.time:
            try:
                naive = datetime.strptime(when, known.time)  # noqa: DTZ007  the zone follows
            except ValueError:  # looks like a date and is none: then it is not known
                pass
            else:
                started = naive.replace(tzinfo=UTC) if known.utc else zoned(naive, zone)
        return About(source=known.source, started_at=started, **found)
    return About()


def from_folders(path: str, zone: tzinfo | None = None) -> About:
    """What the folders tell: those that a recorder made, when; else the first below the inbox, the rep."""
    first, *rest = parts = PurePosixPath(path).parts
    known = About()
    for part in reversed(parts):
        known = known.over(from_name(part, zone, folder=True))
    return known.over(About(rep=first) if rest and first != UPLOADS and not of_recorder(first) else About())


def of_recorder(path: str) -> bool:
    """Whether a folder has the name that a recorder gave it."""
    return from_name(PurePosixPath(path).name, folder=True).source is not None


def from_sidecar(sidecar: dict[str, Any] | None, zone: tzinfo | None = None) -> tuple[About, tuple[str, ...]]:
    """What the sidecar says, and a sentence for each field of it that can't be understood."""
    return _each({SYNONYMS.get(key.lower(), key.lower()): value for key, value in (sidecar or {}).items()}, zone)


def about(
    sightings: Sequence[Sighting], corrections: Sequence[Correction], timezone: str | None, parts: Parts | None = None
) -> tuple[About, tuple[str, ...]]:
    """Everything known about a call (corrections, then sidecars, names, folders), and what was not understood.

    A meeting of several files has one path of its own; its files' names tell of participants, not of the call.
    """
    zone = ZoneInfo(timezone) if timezone else None
    known = About()
    problems: list[str] = []
    set_by_people: dict[str, Any] = {}
    for correction in corrections:
        set_by_people |= correction.set
    corrected, wrong = _each({key: value for key, value in set_by_people.items() if key in ABOUT}, zone)
    problems += wrong
    for sighting in sightings:
        found, wrong = from_sidecar(sighting.sidecar, zone)
        known = known.over(found)
        problems += [sighting.sidecar_problem] if sighting.sidecar_problem else []
        problems += wrong
    paths = [parts.path] if parts else [sighting.path for sighting in sightings]
    for path in paths:
        known = known.over(from_name(PurePosixPath(path).name, zone))
    for path in paths:
        known = known.over(from_folders(path, zone))
    known = known.over(About(source=parts.source if parts else None))
    emptied = {key: None for key, value in set_by_people.items() if key in ABOUT and value in (None, "")}
    return corrected.over(known).model_copy(update=emptied), tuple(problems)


def _each(given: dict[str, Any], zone: tzinfo | None) -> tuple[About, tuple[str, ...]]:
    """Take each field by itself, so that one bad value does not cost the others."""
    found: dict[str, Any] = {}
    problems = []
    for key in sorted(ABOUT & given.keys()):
        try:
            value = getattr(About(**{key: given[key]}), key)
        except ValidationError:
            problems.append(f"The note beside the recording has a {key.replace('_', ' ')} that can't be understood.")
            continue
        found[key] = zoned(value, zone) if isinstance(value, datetime) else value
    return About(**found), tuple(problems)
