"""What still lies in the inbox: files that will be taken in, and those that won't until somebody does something."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline.files import readable
from pipeline.formats import CLUTTER, COMPANIONS, TEMPORARY
from pipeline.sidecar import offered_by, wanted_by

FRESH = 0.9  # seconds for which one look serves everybody who asks
NOTES = {
    "ignored": "Ignored until it gets its final name.",
    "alone": "A note about a recording that is not here yet.",
    "link": "This is a link, and links are never followed. Put the recording itself here.",
    "special": "This is not a file that can be read. Remove it.",
    "closed": "Exemplar may not read this. Change its permissions, or drop a copy.",
}


@dataclass(frozen=True)
class Lying:
    """One entry of the inbox. `path` is relative to it, with forward slashes."""

    path: str
    bytes: int
    changed_at: datetime
    kind: Literal["waiting", "ignored", "alone", "link", "special", "closed"]

    @property
    def note(self) -> str | None:
        return NOTES.get(self.kind)

    @property
    def needs_you(self) -> bool:
        return self.kind in ("link", "special", "closed")


class Inbox:
    """Looks into the inbox, at most about once a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._seen: list[Lying] = []
        self._at = 0.0

    def forget(self) -> None:
        """Look anew next time: something was put in."""
        with self._lock:
            self._at = 0.0

    def look(self) -> list[Lying]:
        """Everything that lies in the inbox, oldest first. Notes that lie beside their recording are left out."""
        with self._lock:
            if time.monotonic() - self._at > FRESH:
                self._seen = sorted(_walk(self.folder), key=lambda entry: (entry.changed_at, entry.path))
                self._at = time.monotonic()
            return self._seen


def _walk(root: Path) -> Iterator[Lying]:
    folders = [(root, "")]
    while folders:
        folder, inside = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            if inside:
                yield Lying(inside.rstrip("/"), 0, datetime.fromtimestamp(0, UTC), "closed")
            continue
        companions = {
            name
            for entry in entries
            if not entry.name.lower().endswith(COMPANIONS)
            for name in wanted_by(entry.name.casefold())
        }
        for entry in entries:
            name = inside + readable(entry.name)
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:  # taken in while we looked
                continue
            if stat.S_ISDIR(found.st_mode):
                folders.append((Path(entry.path), f"{name}/"))
                continue
            kind = _kind(entry, found, companions)
            if kind is not None:
                yield Lying(name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC), kind)


def _kind(
    entry: os.DirEntry[str], found: os.stat_result, companions: set[str]
) -> Literal["waiting", "ignored", "alone", "link", "special", "closed"] | None:
    name = entry.name.lower()
    if stat.S_ISLNK(found.st_mode):
        return "link"
    if not stat.S_ISREG(found.st_mode):
        return "special"
    if name.startswith((".", "~")) or name.endswith(TEMPORARY) or name in CLUTTER:
        return "ignored"
    if name.endswith(COMPANIONS):
        return None if any(offer in companions for offer in offered_by(name)) else "alone"
    return "waiting" if os.access(entry.path, os.R_OK) else "closed"
