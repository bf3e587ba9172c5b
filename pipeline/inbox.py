"""Takes recordings in from the inbox without ever losing or tearing one.

A file is ready when its size, mtime and ctime are equal on two looks and nobody has it open for writing. It is copied
into `incoming` while being hashed, synced, compared with its source once more, and renamed into its place; only then
is the source removed (in a folder marked as kept it stays, and is remembered). The same bytes under another name are a
sighting of the call that they already are.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import files, formats
from pipeline.errors import DiskTrouble, ExemplarError, SourceChanged, StillWriting
from pipeline.folder import CallFolder
from pipeline.library import Library, now
from pipeline.records import Sighting
from pipeline.settings import Settings
from pipeline.sidecar import keep_companion, read_sidecar

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """One file of the inbox as one look found it."""

    path: Path
    name: str  # relative to the inbox, with forward slashes
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def mark(self) -> tuple[int, int, int]:
        return self.size, self.mtime_ns, self.ctime_ns


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is ready, and the sidecar or other companions that came with it."""

    look: Look
    companions: tuple[Look, ...] = ()


class Inbox:
    """Watches one folder; `scan` says what is ready, `take` takes it in."""

    def __init__(self, library: Library, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._library = library
        self._settings = settings
        self._clock = clock
        self._seen: dict[str, tuple[tuple[int, int, int], float]] = {}
        self._kept: set[tuple[str, int, int]] = set()  # (name, size, mtime) of sources that stay where they are
        self._stems: dict[str, str] = {}  # NAME without its ending -> recording id, for sidecars that come late

    def recall(self) -> None:
        """Remember from the library what was taken in before, and clear what an earlier crash left half-copied."""
        for leftover in self._library.incoming.iterdir():
            shutil.rmtree(leftover, ignore_errors=True)
        for folder in (*self._library.calls(), *self._library.quarantined()):
            try:
                for sighting in folder.sightings():
                    self._remember(sighting, folder.id)
            except ExemplarError as error:  # one damaged document costs its own call only
                log.warning("%s: %s", folder, error)

    def scan(self) -> tuple[list[Arrival], int]:
        """Files that are ready, the oldest first, and how many are not yet."""
        self._library.inbox.mkdir(parents=True, exist_ok=True)  # somebody may have tidied it away
        looks = {look.name: look for look in self._walk()}
        self._seen = {name: seen for name, seen in self._seen.items() if name in looks}
        now_s = self._clock()
        settled = {name for name, look in looks.items() if self._settled(look, now_s)}
        companions = {name for name in looks if PurePosixPath(name).suffix.lower() in formats.COMPANIONS}
        arrivals, unsettled = [], 0
        for name, look in looks.items():
            if name in companions:
                if name in settled:
                    self._attach_late(look, looks)
                continue
            own = [looks[other] for other in _companions_of(name) if other in looks]
            if name in settled and all(other.name in settled for other in own):
                arrivals.append(Arrival(look, tuple(own)))
            else:
                unsettled += 1
        return sorted(arrivals, key=lambda arrival: arrival.look.mtime_ns), unsettled

    def take(self, arrival: Arrival) -> tuple[CallFolder, bool]:
        """Take one file in: its call, and whether it is new. Raises SourceChanged, StillWriting, DiskTrouble."""
        look = arrival.look
        room = self._library.incoming_folder()
        try:
            digest = self._copy(look, room / f"recording{_suffix(look.path)}")
            sighting = self._sighting(arrival)
            known = self._library.known(digest[:16])
            if known is None:
                made = CallFolder(room)
                made.sight(sighting)
                self._keep_companions(arrival, room)
                files.sync_folder(room)
                call = self._library.arrive(room, digest[:16])
            else:
                known.sight(sighting)
                self._keep_companions(arrival, known.path)
                call = known
        except OSError as error:
            if error.errno == errno.ENOENT and not look.path.exists():
                raise SourceChanged(f"{look.name} is gone") from error
            raise DiskTrouble(f"{look.name}: {error.strerror}") from error
        finally:
            if room.exists():
                shutil.rmtree(room, ignore_errors=True)
        self._clear(arrival, call, sighting)
        self._remember(sighting, call.id)
        return call, known is None

    # looking

    def _walk(self) -> Iterator[Look]:
        """Every regular file of the inbox: no links, pipes or devices, no hidden or temporary names."""
        folders = [(self._library.inbox, "")]
        while folders:
            folder, prefix = folders.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                log.warning("Can't look into %s: %s", folder, error.strerror)
                continue
            for entry in entries:
                name = prefix + files.readable(entry.name)
                try:
                    if formats.ignored(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((Path(entry.path), name + "/"))
                        continue
                    found = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone between the two calls
                if stat.S_ISREG(found.st_mode) and (name, found.st_size, found.st_mtime_ns) not in self._kept:
                    yield Look(Path(entry.path), name, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _settled(self, look: Look, now_s: float) -> bool:
        mark, since = self._seen.get(look.name, (None, now_s))
        if mark != look.mark:
            self._seen[look.name] = (look.mark, now_s)
            return False
        wait = self._settings.settle if look.size else max(self._settings.settle, self._settings.settle_empty)
        return now_s - since >= wait * 0.99

    # taking in

    def _copy(self, look: Look, target: Path) -> str:
        """Copy while hashing; the source must be the same file, unchanged, before and after. Returns the SHA-256."""
        source = os.open(look.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(source)
            if not stat.S_ISREG(found.st_mode) or _mark(found) != look.mark:
                raise SourceChanged(look.name)
            _nobody_writes(source, look.name)
            hasher = hashlib.sha256()
            with target.open("xb") as out:
                while chunk := os.read(source, files.CHUNK):
                    hasher.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            if _mark(os.fstat(source)) != look.mark or _mark(look.path.stat(follow_symlinks=False)) != look.mark:
                raise SourceChanged(look.name)
        finally:
            os.close(source)
        return hasher.hexdigest()

    def _sighting(self, arrival: Arrival) -> Sighting:
        look = arrival.look
        sidecar: dict[str, Any] | None = None
        problem: str | None = None
        for companion in arrival.companions:
            if companion.path.suffix.lower() == ".json":
                more, wrong = read_sidecar(companion.path)
                sidecar = (sidecar or {}) | more if more else sidecar
                problem = wrong or problem
        return Sighting(
            path=look.name,
            at=now(),
            bytes=look.size,
            mtime_ns=look.mtime_ns,
            kept=self._is_kept(look.name),
            sidecar=sidecar,
            sidecar_problem=problem,
        )

    def _keep_companions(self, arrival: Arrival, folder: Path) -> None:
        for companion in arrival.companions:
            keep_companion(companion.path, folder)

    def _clear(self, arrival: Arrival, call: CallFolder, sighting: Sighting) -> None:
        """Remove the source, unless it changed meanwhile or its folder is kept."""
        if sighting.kept:
            return
        gone = [arrival.look, *(look for look in arrival.companions if not _shared(look, arrival.look))]
        for look in gone:
            try:
                if _mark(look.path.stat(follow_symlinks=False)) == look.mark:
                    look.path.unlink()
            except FileNotFoundError:
                pass
            except OSError as error:
                log.warning("%s can't be removed (%s), so it stays and is remembered", look.name, error.strerror)
                call.sight(sighting.model_copy(update={"kept": True}))
                self._kept.add((look.name, look.size, look.mtime_ns))

    def _attach_late(self, look: Look, looks: dict[str, Look]) -> None:
        """A sidecar whose recording came in earlier joins it; one whose recording is not here yet waits."""
        stem = look.name[: -len(PurePosixPath(look.name).suffix)]
        if any(_stem(other) == stem or other == stem for other in looks if other != look.name):
            return
        recording_id = self._stems.get(stem)
        call = self._library.known(recording_id) if recording_id else None
        if call is None or look.path.suffix.lower() != ".json":
            return
        keep_companion(look.path, call.path)
        sidecar, problem = read_sidecar(look.path)
        for sighting in call.sightings():
            if _stem(sighting.path) == stem or sighting.path == stem:
                call.sight(sighting.model_copy(update={"sidecar": sidecar, "sidecar_problem": problem}))
        try:
            if not self._is_kept(look.name) and _mark(look.path.stat(follow_symlinks=False)) == look.mark:
                look.path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            log.warning("%s can't be removed (%s), so it stays", look.name, error.strerror)
        if look.path.exists():
            self._kept.add((look.name, look.size, look.mtime_ns))
        self._library.to_work.leave(call.id)

    def _remember(self, sighting: Sighting, recording_id: str) -> None:
        self._stems[_stem(sighting.path)] = recording_id
        self._stems[sighting.path] = recording_id
        if sighting.kept:
            self._kept.add((sighting.path, sighting.bytes, sighting.mtime_ns))

    def _is_kept(self, name: str) -> bool:
        folders = PurePosixPath(name).parents
        return any(PurePosixPath(kept.strip("/")) in folders for kept in self._settings.keep)


def _shared(companion: Look, recording: Look) -> bool:
    """Whether another recording of the same name still waits for this companion."""
    stem = companion.path.stem.casefold()
    others = (path for path in companion.path.parent.iterdir() if path.suffix.lower() not in formats.COMPANIONS)
    return any(path != recording.path and stem in (path.stem.casefold(), path.name.casefold()) for path in others)


def _nobody_writes(handle: int, name: str) -> None:
    """Raise StillWriting when a program on this machine has the file open for writing (Linux; else stats decide)."""
    lease = getattr(fcntl, "F_SETLEASE", None)
    if lease is None:
        return
    try:
        fcntl.fcntl(handle, lease, fcntl.F_RDLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            raise StillWriting(name) from error
        return  # not our file, or a file system without leases
    fcntl.fcntl(handle, lease, fcntl.F_UNLCK)


def _companions_of(name: str) -> tuple[str, ...]:
    """The names a recording's companions may have: NAME.json and NAME.wav.json."""
    stem = _stem(name)
    return tuple(dict.fromkeys(base + suffix for suffix in formats.COMPANIONS for base in (stem, name)))


def _stem(name: str) -> str:
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 8 and suffix.isascii() and suffix != ".json" else ".bin"


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
