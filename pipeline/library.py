"""The layout of the data folder, and nothing else knows it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import channels, files
from pipeline.errors import NotFound
from pipeline.folder import CallFolder
from pipeline.records import Progress, Reason, Recording
from pipeline.spool import ID, Spool


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
        self.vocabulary = root / "vocabulary.yml"
        self.records = root / "records.sqlite"
        self.examples = root / "examples.json"
        self.suggester = root / "suggester"
        self._parts = root / "parts"
        self._channels = root / "channels.json"
        self.to_index = Spool(root / "spool" / "index")
        self.to_work = Spool(root / "spool" / "work")
        self.to_put_first = Spool(root / "spool" / "first")
        self.to_cancel = Spool(root / "spool" / "cancel")
        self._progress = root / "spool" / "progress.json"
        self._running = root / "running.json"
        self._restart = root / "spool" / "restart"
        self._backed_up = root / "backed-up.json"

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
            self.to_put_first.path,
            self.to_cancel.path,
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
        """The folder of these bytes, among the calls or in quarantine; a meeting's for a file that is part of it."""
        call = self._folder(recording_id)
        if call.exists():
            return call
        held = next((held for held in self.quarantined() if held.id == recording_id), None)
        return held or self._meeting_of(recording_id)

    def joined(self, part_id: str, recording_id: str) -> None:
        """Remember that a file, which has an id of its own, became part of a call (a meeting's participants)."""
        self._parts.mkdir(exist_ok=True)
        if not (self._parts / part_id).exists():
            files.write(self._parts / part_id, recording_id.encode(), durable=False)

    def _meeting_of(self, part_id: str) -> CallFolder | None:
        try:
            recording_id = (self._parts / part_id).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return self.known(recording_id) if recording_id != part_id else None

    # what people taught

    def learnt(self) -> dict[str, int]:
        """Which lane is the rep's, by the kind of recording (channels.key), as people have said."""
        try:
            found: dict[str, int] = json.loads(self._channels.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def learn(self, recording: Recording, rep_lane: int) -> None:
        """Remember on which lane the rep is, for recordings of the same kind that come later."""
        known = self.learnt() | {channels.key(recording): rep_lane}
        files.write(self._channels, json.dumps(known, indent=1).encode())

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

    def delete(self, recording_id: str, before: Callable[[], None] = lambda: None) -> None:
        """Delete a call, or a file that was set aside, for good. The same bytes, dropped again, are a new arrival.

        `before` is called once nobody works on it and while all of it is there. Raises NotFound, and Busy while
        somebody works on it.
        """
        call = self.known(recording_id)
        if call is None:
            raise NotFound(f"call {recording_id}")
        try:
            with files.lock(self.root / "calls", shared=True), call.lock():
                parts = call.parts()
                before()
                gone = call.path.rename(self.incoming / uuid.uuid4().hex)  # at once out of sight, however large
                files.sync_folder(call.path.parent)
        except FileNotFoundError as error:  # somebody else was quicker
            raise NotFound(f"call {recording_id}") from error
        shutil.rmtree(gone, ignore_errors=True)
        shutil.rmtree(self.scratch / call.id, ignore_errors=True)
        for part in (*parts.files, *parts.mixed) if parts else ():
            (self._parts / part.sha256[: len(call.id)]).unlink(missing_ok=True)

    # backups

    def nothing_deleted(self) -> AbstractContextManager[None]:
        """While this is held, `delete` raises Busy. Raises Busy where somebody holds it already."""
        return files.lock(self.root / "calls")

    def apart(self) -> Iterator[Path]:
        """What lies here besides calls, the inbox and quarantine, and is not made again from them."""
        made_again = (self.incoming, self.scratch, self.index, self.prefect, self.logs, self.root / "spool")
        ours = (self.run_lock, self._running, self._backed_up, self.inbox, self.quarantine, self.root / "calls")
        for path in sorted(self.root.iterdir()):
            if path not in (*made_again, *ours) and not path.name.startswith((".", self.records.name)):
                yield path

    def backed_up(self) -> dict[str, Any] | None:
        """When the last backup was made, and where to; None where none ever was."""
        try:
            found: dict[str, Any] = json.loads(self._backed_up.read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return found

    def note_backup(self, note: dict[str, Any]) -> None:
        files.write(self._backed_up, json.dumps(note).encode())

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

    def ask_restart(self) -> None:
        """Have `exemplar up` start its parts again, with the settings as they are then."""
        files.write(self._restart, b"", durable=False)

    def restart_asked(self) -> bool:
        """Whether somebody did since this was last looked at."""
        asked = self._restart.exists()
        self._restart.unlink(missing_ok=True)
        return asked

    def _folder(self, recording_id: str) -> CallFolder:
        if not ID.fullmatch(recording_id):
            raise NotFound(f"call {recording_id}")
        return CallFolder(self.root / "calls" / recording_id[:2] / recording_id)


def now() -> datetime:
    """The current time, with its zone."""
    return datetime.now(UTC)
