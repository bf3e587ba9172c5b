"""Notes from one process to another: at most one a call, an empty file each."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from pipeline import files

ID = re.compile(r"[0-9a-f]{16}")


class Spool:
    """A folder of notes; a note's name is a call's id."""

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
