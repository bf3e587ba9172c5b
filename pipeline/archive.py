"""A backup as a file: a tar, compressed or not, whose last member lists the SHA-256 of every other.

::

    backup.json      the form, when it was made and by which version
    records.jsonl    people's records (pipeline/rows.py)
    data/…           the files of the data folder, where they lay
    SHA256SUMS       as sha256sum writes it; what is not in it was being written while it was copied, and is left out
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from pipeline.rows import BadBackup

FORMAT = 1
HEADER, RECORDS, SUMS, DATA = "backup.json", "records.jsonl", "SHA256SUMS", "data/"
IN_MEMORY = 16 << 20  # bytes of the list of hashes
BLOCK = 1 << 20
ZIPPED = b"\x1f\x8b"  # how a gzip file begins


class Hashed(io.RawIOBase):
    """A stream of at most so many bytes, hashed as they are read. One that ends early goes on with zeros."""

    def __init__(self, of: IO[bytes], size: int) -> None:
        self._of, self._left = of, size
        self._hash = sha256()
        self.short = False

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        found = self._of.read(wanted)
        if len(found) < wanted:
            self.short = True
            found += bytes(wanted - len(found))
        self._left -= wanted
        self._hash.update(found)
        return found

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Writer:
    """Writes a backup to a stream, from its beginning to its end."""

    def __init__(self, out: IO[bytes], header: dict[str, Any], *, zipped: bool) -> None:
        self._zip = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) if zipped else None
        self._tar = tarfile.open(fileobj=self._zip or out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK)  # noqa: SIM115
        self._sums: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  as long as we are written to
        self.files = self.bytes = 0
        written = json.dumps({"format": FORMAT, **header}).encode()
        self._add(HEADER, io.BytesIO(written), len(written))

    def add(self, name: str, handle: IO[bytes]) -> bool:
        """Add an open file; whether it was whole and still while it was read, so that it counts."""
        before = os.fstat(handle.fileno())
        return self._add(name, handle, before.st_size, before)

    def close(self) -> None:
        """Write the list of hashes and the end."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._tar.addfile(_member(SUMS, size), self._sums)
        self._tar.close()
        if self._zip:
            self._zip.close()

    def let_go(self) -> None:
        """Nothing more is written: what was begun is ended while its stream is still open; nothing after `close`."""
        if self._tar.fileobj is not None:
            with suppress(OSError, ValueError):
                self._tar.fileobj.close()

    def _add(self, name: str, handle: IO[bytes], size: int, found: os.stat_result | None = None) -> bool:
        hashed = Hashed(handle, size)
        self._tar.addfile(_member(name, size, found), hashed)
        if hashed.short or (found and _mark(os.fstat(handle.fileno())) != _mark(found)):
            return False
        written = _escaped(name)
        mark = "\\" if written != name else ""
        self._sums.write(f"{mark}{hashed.sha256}  {written}\n".encode("utf-8", "surrogateescape"))
        self.files += 1
        self.bytes += size
        return True


def members(source: io.BufferedReader) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """What a backup consists of, in its order; each is to be read before the next. Raises BadBackup."""
    with readable():
        plain: Any = gzip.GzipFile(fileobj=source) if source.peek(2)[:2] == ZIPPED else source
        with tarfile.open(fileobj=plain, mode="r|", bufsize=BLOCK) as tar:
            for number, member in enumerate(tar):
                handle = tar.extractfile(member) if member.isreg() else None
                if handle is None or not _allowed(member.name):
                    raise BadBackup(f"what is {member.name!r} doing in it?")
                if (number == 0) != (member.name == HEADER):
                    raise BadBackup("it doesn't begin as a backup does")
                yield member, handle
                if member.name == SUMS:
                    _to_the_end(plain)
                    return
    raise BadBackup("its end is missing: it was not finished, or cut off later")


def header(written: bytes) -> dict[str, Any]:
    """What the first member says. Raises BadBackup."""
    try:
        found = json.loads(written)
    except ValueError as error:
        raise BadBackup("its beginning can't be read") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadBackup("it was made by a newer Exemplar")
    return found


def listed(sums: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Each name of the list and its SHA-256, in the order of the members."""
    for line in sums:
        digest, _, name = line.decode("utf-8", "surrogateescape").rstrip("\n").partition("  ")
        escaped = digest.startswith("\\")
        yield (_plain(name) if escaped else name), digest.removeprefix("\\")


@contextmanager
def readable() -> Iterator[None]:
    """Around whatever reads a member. Raises BadBackup."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadBackup(str(error) or "it ends in the middle") from error


def _to_the_end(plain: IO[bytes]) -> None:
    """What is compressed is followed by its own check, which is looked at when all was read."""
    while plain.read(BLOCK):
        pass


def _member(name: str, size: int, found: os.stat_result | None = None) -> tarfile.TarInfo:
    """No owner: who restores it owns it."""
    made = tarfile.TarInfo(name)
    made.size = size
    made.mode = found.st_mode & 0o777 if found else 0o600
    made.mtime = found.st_mtime if found else 0
    return made


def _allowed(name: str) -> bool:
    """Whether a name is one of ours, and leads nowhere else."""
    path = PurePosixPath(name)
    inside = name.startswith(DATA) and len(path.parts) > 1 and ".." not in path.parts
    return name in (HEADER, RECORDS, SUMS) or inside


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("\n", "\\n")


def _plain(name: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in name.split("\\\\"))


def _mark(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
