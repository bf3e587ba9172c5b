"""One look at the inbox: which files lie there, and how to copy one so that it is whole or not taken at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import files, formats
from pipeline.errors import SourceChanged, StillWriting

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

    def unchanged(self) -> bool:
        """Whether the file is still the one that was looked at. Raises FileNotFoundError."""
        return _mark(self.path.stat(follow_symlinks=False)) == self.mark


def walk(root: Path) -> Iterator[Look]:
    """Every regular file below a folder: no links, pipes or devices, no hidden or temporary names."""
    folders = [(root, "")]
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
            if stat.S_ISREG(found.st_mode):
                yield Look(Path(entry.path), name, *_mark(found))


def copy(look: Look, target: Path) -> str:
    """Copy while hashing; the source must be the same file, unchanged, before and after. Returns the SHA-256.

    Raises SourceChanged, StillWriting, OSError.
    """
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
        if _mark(os.fstat(source)) != look.mark or not look.unchanged():
            raise SourceChanged(look.name)
    finally:
        os.close(source)
    return hasher.hexdigest()


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


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
