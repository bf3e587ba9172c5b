"""The files of a call that came as one file for each participant."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import PurePosixPath

from pipeline import participants
from pipeline.records import Document, Lane


class Part(Document):
    """One file of a meeting. `file` is its name in the call's folder, `path` where in the inbox it lay."""

    file: str
    path: str
    sha256: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


class Parts(Document):
    """What a meeting consists of. `path` is the one under which it is known: its folder's, relative to the inbox."""

    source: str
    path: str
    folder: str  # in which the recorder put it all, relative to the inbox
    number: str  # which the recorder gave the meeting
    sole: bool  # nothing else was recorded in this folder, so that what has no number belongs to it too
    files: tuple[Part, ...]
    mixed: tuple[Part, ...] = ()
    empty: tuple[str, ...] = ()  # names of participants' files that hold nothing

    @property
    def sha256(self) -> str:
        """The SHA-256 of the participants' SHA-256s: in hex, sorted, a newline between two."""
        return sha256("\n".join(sorted(part.sha256 for part in self.files)).encode()).hexdigest()

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(f"{name} is empty, so the call goes on without it." for name in self.empty)

    def named(self, lanes: Iterable[Lane]) -> tuple[Lane, ...]:
        """The lanes under the names that the files came with, and whose they are."""
        came = {part.file: part for part in self.files}
        found = []
        for lane in lanes:
            file, comma, channel = lane.what.partition(", ")
            part = self.files[0] if len(self.files) == 1 else came.get(file)
            what = lane.what if part is None or file not in came else f"{part.name}{comma}{channel}"
            name = participants.from_file(part.name) if part else None
            found.append(lane.model_copy(update={"what": what, "name": name or lane.name}))
        return tuple(found)
