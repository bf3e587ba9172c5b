"""Makes a backup of a data folder, also while everything runs.

Documents are put in place by renaming, so each file that is opened is whole, whatever becomes of its name. Records are
read first, as they are at one moment: calls that come later are more than they speak of, never less. What waits in the
inbox is read before the calls, so that what is taken in meanwhile is in one of both. Nothing can be deleted meanwhile.
"""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO

from pipeline import archive, files, look, rows
from pipeline.client import Client, is_running
from pipeline.errors import Busy
from pipeline.library import Library, now

OPEN = 65_536  # files
TRIES = 100  # how often a folder is listed again whose files change names meanwhile


class BackingUp(Busy):
    """A backup is being made of this data folder already."""

    advice = "Wait until it is done."


@dataclass
class Made:
    """What a backup holds."""

    calls: int = 0
    files: int = 0
    rows: int = 0
    bytes: int = 0


def make(library: Library, keep: list[str], out: IO[bytes], *, zipped: bool, tell: Callable[[Made], None]) -> Made:
    """Write a backup; `keep`: the folders of the inbox that are somebody else's. Raises BackingUp."""
    made = Made()
    _open_many()
    with ExitStack() as held:
        try:
            held.enter_context(library.nothing_deleted())
        except Busy as error:
            raise BackingUp from error
        writer = archive.Writer(out, {"at": now().isoformat(), "exemplar": _version()}, zipped=zipped)
        held.callback(writer.let_go)
        with TemporaryFile(dir=library.scratch if library.scratch.is_dir() else None) as written:
            for piece in _records(library):
                written.write(piece)
            written.seek(0)
            made.rows = rows.check(written)
            written.seek(0)
            writer.add(archive.RECORDS, written)
        for _ in _files(library, keep, writer, made):
            made.files, made.bytes = writer.files, writer.bytes
            tell(made)
        writer.close()
    return made


def _open_many() -> None:
    """All files of a call are open at once, and a call may have come under thousands of names."""
    with suppress(ValueError, OSError):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN if most == resource.RLIM_INFINITY else min(most, OPEN), most))


def _records(library: Library) -> Iterator[bytes]:
    """Through the running Exemplar, whose settings hold; else by a process of our own. Raises RecordsFailed."""
    if is_running(library):
        yield from Client(library).stream("/api/v1/backup/records")
        return
    command = [sys.executable, "-m", "clips_api.store", "--data", str(library.root), "out"]
    with TemporaryFile() as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
        assert process.stdout is not None
        while piece := process.stdout.read(archive.BLOCK):
            yield piece
        if process.wait() != 0:
            said.seek(0)
            raise rows.RecordsFailed(said.read())


def _files(library: Library, keep: list[str], writer: archive.Writer, made: Made) -> Iterator[None]:
    """Every file that counts, after the other; a step for each folder."""
    for path in library.apart():
        with ExitStack() as held:
            if path == library.playbooks:  # the one in force is named once it is all there
                held.enter_context(files.lock(path, wait=True))
            for file in _listed(path):
                _copy(library, file, writer)
        yield
    theirs = {PurePosixPath(folder.strip("/")) for folder in keep}
    for one in look.walk(library.inbox):
        if theirs.isdisjoint(PurePosixPath(one.name).parents):
            _copy(library, one.path, writer)
            yield
    copied: set[str] = set()
    while left := [call for call in (*library.calls(), *library.quarantined()) if call.id not in copied]:
        for call in left:  # one that moved meanwhile, into quarantine or out of it, is found the next time round
            if _copy(library, call.path, writer):
                copied.add(call.id)
                made.calls += 1
            yield


def _copy(library: Library, path: Path, writer: archive.Writer) -> bool:
    """Copy a file, or a folder as it is at one moment; False where it is gone."""
    for _ in range(TRIES):
        with ExitStack() as held:
            try:
                opened = [(one, held.enter_context(_opened(one))) for one in _within(path)]
            except FileNotFoundError:
                if not path.exists():
                    return False
                continue  # a file was replaced by one of another name between the list and the look
            whole = [writer.add(_name(library, one), handle) for one, handle in opened]
            if all(whole) or path.is_relative_to(library.inbox):  # there, half a file is nothing yet
                return True
    raise Busy(str(path))


def _name(library: Library, path: Path) -> str:
    return archive.DATA + path.relative_to(library.root).as_posix()


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def _listed(path: Path) -> list[Path]:
    """What lies in a folder in which files come and go."""
    for _ in range(TRIES):
        try:
            return _within(path)
        except FileNotFoundError:
            if not path.exists():
                return []
    raise Busy(str(path))


def _within(path: Path) -> list[Path]:
    """The plain files of a folder, or the file itself; none with a temporary name."""
    if not path.is_dir():
        return [path] if stat.S_ISREG(path.lstat().st_mode) else []
    found: list[Path] = []
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            found += _within(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            found.append(Path(entry.path))
    return found


def note(library: Library, made: Made, where: str) -> None:
    """Remember that a backup was made; where the folder can't be written to, it goes unremembered."""
    with suppress(OSError):
        library.note_backup({"at": now().isoformat(), "to": where, "calls": made.calls, "bytes": made.bytes})


def _version() -> str:
    try:
        return version("exemplar")
    except PackageNotFoundError:
        return "0"
