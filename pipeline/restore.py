"""Puts a backup back: into an empty folder, whole or not at all, every file and every row compared with its hash."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from pipeline import archive, rows, settings_file
from pipeline.errors import BadInput, BadSettings
from pipeline.library import Library
from pipeline.rows import BadBackup

ROOM = ".restoring-"  # what is unpacked lies in a folder of this name until all of it is right
IGNORED = frozenset({"lost+found"})  # the root of a disk of its own
OWN = "sqlite"  # for --records-url: in the data folder


class NotEmpty(BadInput):
    """A backup is restored into an empty folder, and this one isn't."""

    advice = "Name another with --data; what is there stays as it is."


@dataclass
class Found:
    """What a backup holds."""

    at: datetime
    made_by: str  # the version
    files: int = 0
    calls: int = 0
    rows: int = 0
    bytes: int = 0


def check(source: io.BufferedReader, tell: Callable[[Found], None]) -> Found:
    """Read a whole backup, and compare every file and row with its hash. Raises BadBackup."""
    with archive.readable(), SpooledTemporaryFile(archive.IN_MEMORY) as records:
        return _read(source, None, records, tell)


def restore(source: io.BufferedReader, folder: Path, records_url: str | None, tell: Callable[[Found], None]) -> Found:
    """Make a data folder of a backup. `records_url`: where records go, in place of what its settings say.

    Raises NotEmpty, BadBackup, RecordsFailed, BadSettings; then the folder is as it was before.
    """
    if records_url and (variable := settings_file.fixed_by("records_url")):
        raise BadSettings(f"--records-url and {variable} can't both hold")
    there = folder.exists()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    room = folder / f"{ROOM}{uuid.uuid4().hex[:8]}"
    try:
        _clear(folder)
        data = room / "data"
        data.mkdir(parents=True)
        with archive.readable(), (room / archive.RECORDS).open("w+b") as records:
            found = _read(source, data, records, tell)
        if records_url:
            settings_file.change(data, {"records_url": None if records_url == OWN else records_url})
        _fill(data, room / archive.RECORDS)
        Library(data).prepare()
        os.sync()
        for path in sorted(data.iterdir()):
            path.rename(folder / path.name)
        os.sync()
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if not there and not any(folder.iterdir()):
            folder.rmdir()
    return found


def _clear(folder: Path) -> None:
    """Take away what an earlier try left that was killed. Raises NotEmpty where there is anything else."""
    left = [path for path in folder.iterdir() if path.name not in IGNORED]
    other = [path.name for path in left if not path.name.startswith(ROOM)]
    if other:
        raise NotEmpty(f"{folder}: {', '.join(sorted(other)[:3])}")
    for path in left:
        shutil.rmtree(path)


def _read(source: io.BufferedReader, into: Path | None, records: IO[bytes], tell: Callable[[Found], None]) -> Found:
    found: Found | None = None
    digests: dict[str, bytes] = {}
    for member, handle in archive.members(source):
        if member.name == archive.SUMS:
            _compare(digests, handle, into)
            break
        if found is None:
            beginning = handle.read()
            told = archive.header(beginning)
            found = Found(datetime.fromisoformat(told["at"]), str(told.get("exemplar")))
            handle = io.BytesIO(beginning)  # noqa: PLW2901
        if member.name == archive.RECORDS:
            digests[member.name] = _copy(handle, records)
            records.seek(0)
            found.rows = rows.check(records)
        elif into is None or not member.name.startswith(archive.DATA):
            digests[member.name] = _copy(handle, None)
        else:
            digests[member.name] = _unpack(
                handle, into / member.name.removeprefix(archive.DATA), member.mode, member.mtime
            )
        found.files += member.name.startswith(archive.DATA)
        found.bytes += member.size
        tell(found)
    if found is None or archive.RECORDS not in digests:
        raise BadBackup("its records are missing")
    found.calls = len({call for name in digests if (call := _call(name))})
    return found


def _call(name: str) -> str:
    """The folder of the call that a file belongs to, empty where it is none's."""
    match name.removeprefix(archive.DATA).split("/"):
        case ["calls", _, call, _, *_] | ["quarantine", call, _, *_]:
            return call
    return ""


def _copy(handle: IO[bytes], to: IO[bytes] | None) -> bytes:
    digest = sha256()
    while piece := handle.read(archive.BLOCK):
        digest.update(piece)
        if to is not None:
            to.write(piece)
    return digest.digest()


def _unpack(handle: IO[bytes], path: Path, mode: int, mtime: float) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # one that changed while it was read is there again, later
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o777 | 0o200), "wb") as out:
        digest = _copy(handle, out)
    path.chmod(mode & 0o777)
    os.utime(path, (mtime, mtime))
    return digest


def _compare(digests: dict[str, bytes], sums: IO[bytes], into: Path | None) -> None:
    """Every file that is listed is there and right; one that isn't listed was being written: it goes."""
    listed = set()
    for name, digest in archive.listed(sums):
        if name not in digests:
            raise BadBackup(f"{name} is missing")
        if digests[name].hex() != digest:
            raise BadBackup(f"{name} is damaged")
        listed.add(name)
    for name in digests.keys() - listed:
        if not name.startswith(f"{archive.DATA}inbox/"):
            raise BadBackup(f"{name} is not in its list")
        if into is not None:
            (into / name.removeprefix(archive.DATA)).unlink()


def _fill(data: Path, records: Path) -> None:
    command = [sys.executable, "-m", "clips_api.store", "--data", str(data), "in", str(records)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise rows.RecordsFailed(done.stderr)
