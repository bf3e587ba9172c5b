"""The layout of the data folder, and nothing else knows it.

A call folder holds the recording's bytes and the documents made from them (docs/data.md draws the tree). A folder in
quarantine has the same shape plus reason.json, so that setting aside and retrying are one rename each.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pipeline import files
from pipeline.errors import NotFound
from pipeline.records import (
    Analysis,
    Correction,
    Document,
    Progress,
    Reason,
    Recording,
    Sighting,
    Transcript,
)

D = TypeVar("D", bound=Document)
ID = re.compile(r"[0-9a-f]{16}")
DOCUMENTS = ("recording.json", "transcript.json", "analysis.json")


class CallFolder:
    """One recording and everything made from it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name[:16]

    def __repr__(self) -> str:
        return f"CallFolder({self.path})"

    def exists(self) -> bool:
        return self.path.is_dir()

    def lock(self, *, wait: bool = False) -> AbstractContextManager[None]:
        """Held by whoever works on this call; free at once when that process dies."""
        return files.lock(self.path, wait=wait)

    # what came in

    @property
    def sound(self) -> Path:
        """The recording's bytes as they came."""
        for path in self.path.glob("recording.*"):
            if path.suffix != ".json":
                return path
        raise NotFound(f"recording of call {self.id}")

    @property
    def listening(self) -> Path:
        """What a browser plays: the recording itself, or the copy made where browsers can't play its format."""
        return next(self.path.glob("listen.*"), None) or self.sound

    @property
    def peaks(self) -> Path:
        """The waveform: {"per_second", "channels": [[0..100, ...], ...]}; absent until the call was heard."""
        return self.path / "peaks.json"

    def sightings(self) -> list[Sighting]:
        """Every name under which these bytes arrived, the first one first."""
        found = [Sighting.from_json(path.read_bytes()) for path in (self.path / "sightings").glob("*.json")]
        return sorted(found, key=lambda sighting: (sighting.at, sighting.path))

    def sight(self, sighting: Sighting) -> None:
        folder = self.path / "sightings"
        folder.mkdir(exist_ok=True)
        key = sha256(f"{sighting.path}\0{sighting.mtime_ns}".encode()).hexdigest()[:16]
        files.write(folder / f"{key}.json", sighting.to_json())

    def corrections(self) -> list[Correction]:
        """What people put right, in the order they did."""
        numbered = sorted((self.path / "corrections").glob("*.json"), key=lambda path: int(path.stem))
        return [Correction.from_json(path.read_bytes()) for path in numbered]

    def correct(self, correction: Correction) -> None:
        folder = self.path / "corrections"
        folder.mkdir(exist_ok=True)
        number = max((int(path.stem) for path in folder.glob("*.json")), default=0) + 1
        files.write(folder / f"{number}.json", correction.to_json())

    # what was made

    def recording(self) -> Recording | None:
        return self._read("recording.json", Recording)

    def transcript(self) -> Transcript | None:
        return self._read("transcript.json", Transcript)

    def analysis(self) -> Analysis | None:
        return self._read("analysis.json", Analysis)

    def reason(self) -> Reason | None:
        return self._read("reason.json", Reason)

    def keep(self, document: Recording | Transcript | Analysis | Reason) -> None:
        """Put a finished document in place of the old one."""
        files.write(self.path / f"{type(document).__name__.lower()}.json", document.to_json())

    def digest(self, name: str) -> str | None:
        """The SHA-256 of one document as it stands, None where there is none."""
        try:
            return files.digest(self.path / name)
        except FileNotFoundError:
            return None

    def stamp(self) -> str:
        """Changes whenever a document, a correction or a sighting does; cheap enough to ask of every call at start."""
        marks = []
        for name in (*DOCUMENTS, "reason.json", "sightings", "corrections"):
            try:
                stat = (self.path / name).stat()
            except FileNotFoundError:
                marks.append("0")
            else:
                marks.append(f"{stat.st_mtime_ns:x}.{stat.st_ino:x}")
        return "-".join(marks)

    def published(self) -> str:
        """The stamp under which the index was last told of this call."""
        try:
            return (self.path / "published").read_text()
        except FileNotFoundError:
            return "never"

    def publish(self, stamp: str) -> None:
        files.write(self.path / "published", stamp.encode(), durable=False)

    @property
    def failures(self) -> int:
        """How often hearing this recording has failed since it came in or was retried."""
        try:
            return int((self.path / "failures").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def failed(self, times: int) -> None:
        files.write(self.path / "failures", str(times).encode())

    def wants_hearing(self) -> bool:
        """A person asked for a new transcript; the old one serves until then."""
        return (self.path / "hear-again").exists()

    def hear_again(self, *, wanted: bool = True) -> None:
        mark = self.path / "hear-again"
        if wanted:
            files.write(mark, b"")
        else:
            mark.unlink(missing_ok=True)

    def _read(self, name: str, kind: type[D]) -> D | None:
        try:
            return kind.from_json((self.path / name).read_bytes())
        except FileNotFoundError:
            return None


class Spool:
    """Notes from one process to another: at most one a call, an empty file each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def leave(self, recording_id: str) -> None:
        files.write(self.path / recording_id, b"", durable=False)

    def take(self) -> list[str]:
        """Every note's id, oldest first; a taken note is gone, and a failure leaves it anew."""
        notes = []
        for entry in os.scandir(self.path):
            if ID.fullmatch(entry.name):
                with suppress(FileNotFoundError):
                    notes.append((entry.stat().st_mtime_ns, entry.name))
        taken = []
        for _, name in sorted(notes):
            with suppress(FileNotFoundError):
                (self.path / name).unlink()
                taken.append(name)
        return taken


class Library:
    """The data folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inbox = root / "inbox"
        self.incoming = root / "incoming"
        self.quarantine = root / "quarantine"
        self.playbooks = root / "playbooks"
        self.prefect = root / "prefect"
        self.logs = root / "logs"
        self.index = root / "index"
        self.scratch = root / "scratch"
        self.run_lock = root / "run.lock"
        self.to_index = Spool(root / "spool" / "index")
        self.to_work = Spool(root / "spool" / "work")
        self._progress = root / "spool" / "progress.json"
        self._running = root / "running.json"

    def prepare(self) -> None:
        """Make every folder that is missing. What people said on these calls is nobody else's business: 0700."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (
            self.inbox,
            self.incoming,
            self.quarantine,
            self.playbooks,
            self.prefect,
            self.logs,
            self.index,
            self.scratch,
            self.root / "calls",
            self.to_index.path,
            self.to_work.path,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        self.run_lock.touch()

    def secret(self) -> str:
        """The sign-in secret of this data folder, made at the first start; its owner alone can read it."""
        path = self.root / "secret"
        with suppress(FileNotFoundError):
            return path.read_text().strip()
        files.write(path, secrets.token_urlsafe(32).encode(), mode=0o600)
        return path.read_text().strip()

    # calls

    def call(self, recording_id: str) -> CallFolder:
        """One call. Raises NotFound for an id that is none or has no folder."""
        folder = self._folder(recording_id)
        if not folder.exists():
            raise NotFound(f"call {recording_id}")
        return folder

    def calls(self) -> Iterator[CallFolder]:
        """Every call, in no particular order."""
        for shelf in os.scandir(self.root / "calls"):
            if shelf.is_dir(follow_symlinks=False):
                for entry in os.scandir(shelf.path):
                    if ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                        yield CallFolder(Path(entry.path))

    def shelf_times(self) -> dict[str, int]:
        """When a call last came to or left each shelf, quarantine included: a cheap way to notice either."""
        times = {self.quarantine.name: self.quarantine.stat().st_mtime_ns}
        for shelf in os.scandir(self.root / "calls"):
            times[shelf.name] = shelf.stat(follow_symlinks=False).st_mtime_ns
        return times

    def arrive(self, folder: Path, recording_id: str) -> CallFolder:
        """Put a complete incoming folder in its place among the calls; FileExistsError when the call is there."""
        call = self._folder(recording_id)
        call.path.parent.mkdir(exist_ok=True)
        if call.exists():
            raise FileExistsError(call.path)
        folder.rename(call.path)
        files.sync_folder(call.path.parent)
        return call

    def known(self, recording_id: str) -> CallFolder | None:
        """The folder of these bytes, among the calls or in quarantine."""
        call = self._folder(recording_id)
        if call.exists():
            return call
        return next((held for held in self.quarantined() if held.id == recording_id), None)

    # quarantine

    def quarantined(self) -> Iterator[CallFolder]:
        for entry in os.scandir(self.quarantine):
            if ID.match(entry.name) and entry.is_dir(follow_symlinks=False):
                yield CallFolder(Path(entry.path))

    def set_aside(self, call: CallFolder, reason: Reason) -> CallFolder:
        """Move a call to quarantine, its reason with it."""
        call.keep(reason)
        safe = re.sub(r"[^\w.-]+", "_", reason.name)[:80] or "file"
        target = self.quarantine / f"{call.id}-{safe}"
        call.path.rename(target)
        files.sync_folder(self.quarantine)
        return CallFolder(target)

    def release(self, recording_id: str) -> CallFolder:
        """Take a call out of quarantine for another try. Raises NotFound where it isn't there."""
        held = next((held for held in self.quarantined() if held.id == recording_id), None)
        if held is None:
            raise NotFound(f"{recording_id} in quarantine")
        (held.path / "failures").unlink(missing_ok=True)
        call = self.arrive(held.path, recording_id)
        (call.path / "reason.json").unlink(missing_ok=True)
        return call

    # scratch and notes between processes

    def incoming_folder(self) -> Path:
        folder = self.incoming / uuid.uuid4().hex
        folder.mkdir()
        return folder

    def progress(self) -> Progress | None:
        with suppress(FileNotFoundError):
            return Progress.from_json(self._progress.read_bytes())
        return None

    def report(self, progress: Progress) -> None:
        files.write(self._progress, progress.to_json(), durable=False)

    def running(self) -> dict[str, str] | None:
        """Address and process of the running Exemplar, as `up` wrote them; stale unless run.lock is held."""
        with suppress(FileNotFoundError, ValueError):
            found = json.loads(self._running.read_bytes())
            return found if isinstance(found, dict) else None
        return None

    def announce(self, running: dict[str, str] | None) -> None:
        if running is None:
            self._running.unlink(missing_ok=True)
        else:
            files.write(self._running, json.dumps(running).encode(), mode=0o600)

    def _folder(self, recording_id: str) -> CallFolder:
        if not ID.fullmatch(recording_id):
            raise NotFound(f"call {recording_id}")
        return CallFolder(self.root / "calls" / recording_id[:2] / recording_id)


def now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)
