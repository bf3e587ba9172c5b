"""Finds the files of the inbox that are one call: one for each participant (meetings.yml has the recorders)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Literal

import yaml

from pipeline import naming
from pipeline.look import Look
from pipeline.parts import Part, Parts

Role = Literal["file", "mixed", "plain"]
ROLES: tuple[Role, ...] = ("file", "mixed", "plain")


@dataclass(frozen=True, slots=True)
class Recorder:
    """One recorder that leaves a file for each participant, as meetings.yml has it."""

    source: str
    inside: str
    number: int
    patterns: dict[Role, re.Pattern[str]]
    examples: dict[str, Role | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file of a meeting belongs: the meeting's folder (relative to the inbox), its role, and its digits."""

    recorder: Recorder
    folder: str
    role: Role
    digits: str  # empty where the name has no number
    inside: bool  # it lies in the folder that the recorder makes for participants' files


@dataclass(frozen=True, slots=True)
class Meeting:
    """Files that are one call: those of the participants, and the same conversation in one file."""

    source: str
    path: str
    folder: str
    number: str
    sole: bool
    files: tuple[Look, ...]  # those with something in them; at least one
    empty: tuple[Look, ...]
    mixed: tuple[Look, ...]

    @property
    def looks(self) -> tuple[Look, ...]:
        """All its files; the empty ones first: while one is left, so are all that make the meeting what it is."""
        return (*self.empty, *self.mixed, *self.files)

    def parts(self, files: Sequence[Part], mixed: Sequence[Part]) -> Parts:
        """The document that goes with the copies of its files."""
        return Parts(
            source=self.source,
            path=self.path,
            folder=self.folder,
            number=self.number,
            sole=self.sole,
            files=tuple(files),
            mixed=tuple(mixed),
            empty=tuple(PurePosixPath(look.name).name for look in self.empty),
        )


@cache
def recorders() -> tuple[Recorder, ...]:
    """All recorders that are known to leave a file for each participant."""
    raw = yaml.safe_load(files("pipeline").joinpath("meetings.yml").read_text(encoding="utf-8"))
    return tuple(
        Recorder(
            source=entry["source"],
            inside=entry["inside"],
            number=entry["number"],
            patterns={role: re.compile(entry[role]) for role in ROLES},
            examples=entry["examples"],
        )
        for entry in raw
    )


def place(name: str) -> Place | None:
    """Where a file belongs, by its name relative to the inbox; None for what is no part of a meeting."""
    path = PurePosixPath(name)
    for recorder in recorders():
        for role, pattern in recorder.patterns.items():
            if match := pattern.search(path.name):
                inside = path.parent.name.casefold() == recorder.inside.casefold()
                folder = path.parent.parent if inside else path.parent
                found = match.groupdict()
                return Place(recorder, str(folder), role, found.get("digits") or found.get("number") or "", inside)
    return None


def gather(looks: Iterable[Look]) -> list[Meeting]:
    """The meetings among these files. A participant's file that is the only one of its meeting is none."""
    folders: defaultdict[str, list[tuple[Look, Place]]] = defaultdict(list)
    for look in looks:
        if found := place(look.name):
            folders[found.folder].append((look, found))
    return [meeting for folder, found in folders.items() for meeting in _meetings(folder, found)]


def _meetings(folder: str, found: Sequence[tuple[Look, Place]]) -> list[Meeting]:
    numbers = {place.digits for _, place in found if place.role == "mixed"}
    people: defaultdict[str, list[tuple[Look, Place]]] = defaultdict(list)
    for look, place in found:
        if place.role == "file":
            people[_number(place, numbers)].append((look, place))
    sole = len(people) == 1 and numbers <= people.keys()
    made = []
    for number, own in people.items():
        looks = sorted((look for look, _ in own), key=lambda look: look.name)
        files = tuple(look for look in looks if look.size)
        if len(looks) < 2 or not files:
            continue
        is_its_own = (folder != "." and any(place.inside for _, place in own)) or naming.of_recorder(folder)
        alone = sole and is_its_own
        mixed = [look for look, place in found if place.digits == number and place.role == "mixed"]
        mixed += [look for look, place in found if place.role == "plain" and alone]
        path = folder if is_its_own else str(PurePosixPath(folder) / f"audio{number}.m4a")
        empty = tuple(look for look in looks if not look.size)
        source = own[0][1].recorder.source
        made.append(Meeting(source, path, folder, number, alone, files, empty, tuple(mixed)))
    return made


def _number(place: Place, known: set[str]) -> str:
    """The meeting's number among a participant's digits."""
    longest = max((number for number in known if place.digits.endswith(number)), key=len, default=None)
    return longest or place.digits[-place.recorder.number :]
