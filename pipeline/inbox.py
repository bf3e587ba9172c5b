"""Takes recordings in from the inbox without ever losing or tearing one.

A file is ready when its size, mtime and ctime are equal on two looks and nobody has it open for writing. It is copied
into `incoming` while being hashed, synced, compared with its source once more, and renamed into its place; only then
is the source removed (in a folder marked as kept it stays, and is remembered). The same bytes under another name are a
sighting of the call that they already are. One file for each participant is one call (meeting.py): its files wait for
one another and come in together.
"""

from __future__ import annotations

import errno
import logging
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import files, formats, meeting
from pipeline.arrival import Arrival, together, whole
from pipeline.errors import DiskTrouble, ExemplarError, SourceChanged
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.look import Look, copy, walk
from pipeline.meeting import Meeting
from pipeline.memory import Memory
from pipeline.parts import Part
from pipeline.records import Sighting
from pipeline.settings import Settings
from pipeline.sidecar import is_kept, keep_companion, offered_by, read_sidecar, wanted_by

__all__ = ["Arrival", "Inbox"]

log = logging.getLogger(__name__)


class Inbox:
    """Watches one folder; `scan` says what is ready, `take` takes it in."""

    def __init__(self, library: Library, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._library = library
        self._settings = settings
        self._clock = clock
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        self._memory = Memory()

    def _consists(self, call: CallFolder) -> None:
        parts = call.parts()
        self._memory.consists(call.id, parts)
        for part in (*parts.files, *parts.mixed) if parts else ():
            self._library.joined(part.sha256[: len(call.id)], call.id)

    def recall(self) -> None:
        """Remember from the library what was taken in before, and clear what an earlier crash left half-copied."""
        for leftover in self._library.incoming.iterdir():
            shutil.rmtree(leftover, ignore_errors=True)
        sighted: list[tuple[Sighting, str]] = []
        for folder in (*self._library.calls(), *self._library.quarantined()):
            try:
                sighted += [(sighting, folder.id) for sighting in folder.sightings()]
                self._consists(folder)
            except ExemplarError as error:  # one damaged document costs its own call only
                log.warning("%s: %s", folder, error)
        for sighting, recording_id in sorted(sighted, key=lambda seen: seen[0].at):
            self._memory.sighted(recording_id, sighting)

    def scan(self) -> tuple[list[Arrival], int]:
        """Files that are ready, the oldest first, and how many are not yet."""
        self._library.inbox.mkdir(parents=True, exist_ok=True)  # somebody may have tidied it away
        looks = {look.name: look for look in walk(self._library.inbox) if not self._memory.stays(look)}
        self._seen = {name: seen for name, seen in self._seen.items() if name in looks}
        now_s = self._clock()
        settled = {name for name, look in looks.items() if self._settled(look, now_s)}
        companions = [look for name, look in looks.items() if name.lower().endswith(formats.COMPANIONS)]
        recordings = [look for name, look in looks.items() if not name.lower().endswith(formats.COMPANIONS)]
        offers: defaultdict[str, list[Look]] = defaultdict(list)
        for companion in companions:
            for name in offered_by(companion.name):
                offers[name].append(companion)
        arrivals, unsettled = [], 0
        spoken_for: set[Look] = set()
        for arrival in together(recordings, offers):
            spoken_for.update(arrival.companions)
            if all(look.name in settled for look in (*arrival.looks, *arrival.companions)):
                arrivals.append(arrival)
            else:
                unsettled += 1
        for companion in companions:
            if companion.name in settled and companion not in spoken_for:
                self._attach_late(companion)
        return sorted(arrivals, key=lambda arrival: arrival.look.mtime_ns), unsettled

    def take(self, arrival: Arrival) -> tuple[CallFolder, bool]:
        """Take one file or meeting in: its call, and whether it is new.

        Raises SourceChanged, StillWriting, DiskTrouble.
        """
        room = self._library.incoming_folder()
        try:
            call, new = self._meeting(arrival.meeting, room) if arrival.meeting else self._single(arrival.look, room)
            sightings = self._sightings(arrival)
            for sighting in sightings:
                call.sight(sighting)
            for companion in arrival.companions:
                keep_companion(companion.path, call.path)
            if new:
                files.sync_folder(room)
                call = self._library.arrive(room, call.id)
        except OSError as error:
            gone = [look.name for look in arrival.looks if not look.path.exists()]
            if error.errno == errno.ENOENT and gone:
                raise SourceChanged(f"{gone[0]} is gone") from error
            raise DiskTrouble(f"{arrival.look.name}: {error.strerror}") from error
        finally:
            if room.exists():
                shutil.rmtree(room, ignore_errors=True)
        self._consists(call)
        self._clear(arrival, call, sightings)
        for sighting in sightings:
            self._memory.sighted(call.id, sighting)
        return call, new

    # looking

    def _settled(self, look: Look, now_s: float) -> bool:
        """Whether a file is whole; what holds nothing, or may have company coming, is given more time to change."""
        mark, since = self._seen.get(look.name, (None, now_s))
        if mark != look.mark:
            self._seen[look.name] = (look.mark, now_s)
            return False
        patient = not look.size or meeting.place(look.name) is not None
        wait = max(self._settings.settle, self._settings.settle_empty) if patient else self._settings.settle
        return now_s - since >= wait * 0.99

    # taking in

    def _single(self, look: Look, room: Path) -> tuple[CallFolder, bool]:
        """The call that one file is, was part of, or belongs to; a new one is still in `room`."""
        target = room / f"recording{_suffix(look.path)}"
        digest = copy(look, target)
        known = self._library.known(digest[:16]) or self._known(self._memory.part(digest) if look.size else None)
        if known is None and (known := self._known(self._memory.meeting(look.name))) is not None:
            self._mix(known, look, target, digest)
        return (known, False) if known else (_named(room, digest[:16]), True)

    def _meeting(self, found: Meeting, room: Path) -> tuple[CallFolder, bool]:
        """The call that a meeting's files are, or were part of; a new one is still in `room`."""
        parts = found.parts(_copies(found.files, room, "recording.{}"), _copies(found.mixed, room, "mixed.{}"))
        owners = {self._memory.part(part.sha256) for part in parts.files}
        known = self._library.known(parts.sha256[:16]) or self._known(owners.pop() if len(owners) == 1 else None)
        if known is None:
            CallFolder(room).keep(parts)
            return _named(room, parts.sha256[:16]), True
        for look, part in zip([look for look in found.mixed if look.size], parts.mixed, strict=True):
            self._mix(known, look, room / part.file, part.sha256)
        return known, False

    def _mix(self, call: CallFolder, look: Look, copied: Path, digest: str) -> None:
        """Put a meeting's mixed file, which came later, into its call. Doing it twice does it once."""
        parts = call.parts()
        if parts is None or any(part.sha256 == digest for part in parts.mixed):
            return
        number = 1
        while (target := call.path / f"mixed.{number}{copied.suffix}").exists() and files.digest(target) != digest:
            number += 1
        copied.replace(target)
        files.sync_folder(call.path)
        part = Part(file=target.name, path=look.name, sha256=digest)
        call.keep(parts.model_copy(update={"mixed": (*parts.mixed, part)}))

    def _known(self, recording_id: str | None) -> CallFolder | None:
        return self._library.known(recording_id) if recording_id else None

    def _sightings(self, arrival: Arrival) -> list[Sighting]:
        """Every name that arrives, what the sidecars say with the first."""
        sidecar: dict[str, Any] | None = None
        problem: str | None = None
        for companion in arrival.companions:
            if companion.path.suffix.lower() == ".json":
                more, wrong = read_sidecar(companion.path)
                sidecar = (sidecar or {}) | more if more else sidecar
                problem = wrong or problem
        at = now()
        return [
            Sighting(
                path=look.name,
                at=at,
                bytes=look.size,
                mtime_ns=look.mtime_ns,
                kept=self._is_kept(look.name),
                sidecar=None if number else sidecar,
                sidecar_problem=None if number else problem,
            )
            for number, look in enumerate(arrival.looks)
        ]

    def _clear(self, arrival: Arrival, call: CallFolder, sightings: Sequence[Sighting]) -> None:
        """Remove the sources, unless they changed meanwhile or their folder is kept."""
        for look, sighting in zip(arrival.looks, sightings, strict=True):
            if not sighting.kept and not self._remove(look):
                call.sight(sighting.model_copy(update={"kept": True}))
        taken = {look.path for look in arrival.looks}
        for look in arrival.companions:
            if not self._is_kept(look.name) and not _shared(look, taken):
                self._remove(look)

    def _remove(self, look: Look) -> bool:
        """Remove a source that is as it was; False where that is not allowed, and it stays and is remembered."""
        try:
            if look.unchanged():
                look.path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            log.warning("%s can't be removed (%s), so it stays and is remembered", look.name, error.strerror)
            self._memory.keep(look)
            return False
        return True

    def _attach_late(self, look: Look) -> None:
        """A companion whose recording came in earlier joins it; one whose recording is not here yet waits."""
        names = offered_by(look.name)
        calls = [call for recording_id in self._memory.called(names) if (call := self._library.known(recording_id))]
        joined = False
        for call in calls:
            parts = call.parts()
            of_one = parts and not {parts.path, *whole(parts.path, (part.path for part in parts.mixed))} & set(names)
            if look.path.suffix.lower() != ".json" and of_one:
                continue  # what one participant said is not what was said
            try:
                self._join(call, look, names)
            except FileNotFoundError:  # it was taken away, or the call was set aside: the next look sees to it
                return
            joined = True
        if not joined:
            return
        if self._is_kept(look.name):
            self._memory.keep(look)
        else:
            self._remove(look)

    def _join(self, call: CallFolder, look: Look, names: Sequence[str]) -> None:
        suffix = look.path.suffix.lower()
        if not (self._is_kept(look.name) and is_kept(look.path, call.path)):
            keep_companion(look.path, call.path)
        told = (
            dict(zip(("sidecar", "sidecar_problem"), read_sidecar(look.path), strict=True)) if suffix == ".json" else {}
        )
        sightings = call.sightings()
        own = [sighting for sighting in sightings if set(wanted_by(sighting.path)) & set(names)] or sightings[:1]
        for (
            sighting
        ) in own:  # for a transcript too: what changes a sighting is noticed, and then read with all the rest
            call.sight(sighting.model_copy(update=told))
        self._library.to_work.leave(call.id)

    def _is_kept(self, name: str) -> bool:
        folders = PurePosixPath(name).parents
        return any(PurePosixPath(kept.strip("/")) in folders for kept in self._settings.keep)


def _copies(looks: Iterable[Look], room: Path, name: str) -> list[Part]:
    """Copies of those that hold anything, numbered from 1 on. Raises SourceChanged, StillWriting, OSError."""
    parts = []
    for number, look in enumerate((look for look in looks if look.size), 1):
        target = room / f"{name.format(number)}{_suffix(look.path)}"
        parts.append(Part(file=target.name, path=look.name, sha256=copy(look, target)))
    return parts


def _named(room: Path, recording_id: str) -> CallFolder:
    """A call that is still being put together."""
    made = CallFolder(room)
    made.id = recording_id
    return made


def _shared(companion: Look, taken: set[Path]) -> bool:
    """Whether another recording of the same name still waits for this companion."""
    names = {name.casefold() for name in offered_by(companion.path.name)}
    others = (path for path in companion.path.parent.iterdir() if path.suffix.lower() not in formats.COMPANIONS)
    return any(
        path not in taken and not path.is_dir() and names & {name.casefold() for name in wanted_by(path.name)}
        for path in others
    )


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 8 and suffix.isascii() and suffix != ".json" else ".bin"
