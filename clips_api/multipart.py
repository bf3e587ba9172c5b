"""A multipart body while it arrives: files stream to hidden names in the inbox and are hashed on the way."""

from __future__ import annotations

import os
import re
import unicodedata
import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from pipeline.errors import BadInput, DiskTrouble
from pipeline.formats import CLUTTER, COMPANIONS, TEMPORARY

HIDDEN = ".uploading-"
MOST_BOUNDARY = 250  # bytes; the parser takes no longer one
FIELD_BYTES = 4_000  # of one text field
FILES = 500  # in one upload
NAME_BYTES = 180  # leaves room for " (2)" and ".json"


@dataclass
class Part:
    """One file of an upload while it arrives."""

    name: str
    path: Path
    out: BinaryIO
    bytes: int = 0
    digest: Any = field(default_factory=sha256)


class Receiver:
    """Takes the parts of a multipart body as they arrive. Used from one thread at a time."""

    def __init__(self, folder: Path, boundary: bytes, most: int) -> None:
        self.folder = folder
        self.most = most
        self.parts: list[Part] = []
        self.fields: dict[str, str] = {}
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._headers: dict[str, bytes] = {}
        self._part: Part | None = None
        self._field: tuple[str, bytearray] | None = None
        self._received = 0
        self.finished = False
        if len(boundary) > MOST_BOUNDARY:
            raise BadInput("upload: the boundary is too long")
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )

    def feed(self, data: bytes) -> None:
        """More of the body. Raises HTTPException 413 when it is too much, BadInput when it can't be understood."""
        self._received += len(data)
        if self._received > self.most:
            raise too_large(self.most)
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise BadInput(f"upload: {error}") from error
        except OSError as error:
            raise DiskTrouble(error.strerror or "") from error

    def discard(self) -> None:
        """Remove everything that has not been shown to the worker."""
        for part in self.parts:
            part.out.close()
            part.path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self._headers = {}

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin-1").lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        given = options.get(b"filename")
        if given is None:
            self._field = (name, bytearray())
        elif given and len(self.parts) >= FILES:
            raise BadInput(f"at most {FILES} files at once")
        elif given:  # a file field left empty has an empty name
            path = self.folder / f"{HIDDEN}{uuid.uuid4().hex}"
            self._part = Part(safe_name(given.decode("utf-8", "replace")), path, path.open("xb"))
            self.parts.append(self._part)

    def _data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._part is not None:
            self._part.out.write(piece)
            self._part.digest.update(piece)
            self._part.bytes += len(piece)
        elif self._field is not None:
            self._field[1].extend(piece)
            if len(self._field[1]) > FIELD_BYTES:
                raise BadInput(f"{self._field[0][:40]}: too long")

    def _close(self) -> None:
        if self._part is not None:
            self._part.out.flush()
            os.fsync(self._part.out.fileno())
            self._part.out.close()
        if self._field is not None:
            self.fields[self._field[0]] = self._field[1].decode("utf-8", "replace")
        self._part = self._field = None

    def _end(self) -> None:
        self.finished = True


def safe_name(given: str) -> str:
    """A file name without folders, control characters or anything that would hide or veil the file."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = name.strip().lstrip(".~ ").rstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, dot, suffix = name, "", ""
    while len(f"{stem}{dot}{suffix}".encode()) > NAME_BYTES:
        stem = stem[:-1]
    name = f"{stem or 'recording'}{dot}{suffix}"
    if name.lower().endswith(COMPANIONS):
        raise BadInput(f"{name} is not a recording")
    if name.lower().endswith(TEMPORARY) or name.lower() in CLUTTER:
        name += ".upload"  # the inbox would wait for ever for a name like that to change
    return name


def too_large(most: int) -> HTTPException:
    """The answer to an upload larger than the setting allows."""
    return HTTPException(413, f"An upload may be {most // 1_000_000} MB at most (max_upload_mb in exemplar.toml).")
