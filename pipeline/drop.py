"""Puts files into the inbox the way any careful program should: whole under a hidden name, then renamed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline import formats
from pipeline.client import recording_id
from pipeline.errors import NotFound
from pipeline.formats import ignored
from pipeline.library import Library


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was put into the inbox, and the id its recording has or will have."""

    source: Path
    name: str
    id: str


def gather(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """Every file below these paths, with the name it gets in the inbox; sidecars come before their recordings.

    A folder's files keep their place below it, so that a folder named after a rep still tells who it was.
    Raises NotFound for a path that isn't there.
    """
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
            found += [(file, file.relative_to(path).as_posix()) for file in inside if not ignored(file.name)]
        elif path.is_file():
            found += [(beside, beside.name) for beside in _companions(path)]
            found.append((path, path.name))
        else:
            raise NotFound(str(path))
    return sorted(dict(found).items(), key=lambda item: (item[0].suffix.lower() not in formats.COMPANIONS, item[1]))


def drop(library: Library, files: Iterable[tuple[Path, str]], *, folder: str = "") -> list[Dropped]:
    """Copy files into the inbox. Returns the recordings among them (companions travel along)."""
    dropped = []
    for source, name in files:
        target = _free(library.inbox / folder / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden = target.with_name(f".{uuid.uuid4().hex[:8]}-{target.name}")
        try:
            shutil.copy2(source, hidden)
            hidden.rename(target)
        finally:
            hidden.unlink(missing_ok=True)
        if source.suffix.lower() not in formats.COMPANIONS:
            dropped.append(Dropped(source, target.relative_to(library.inbox).as_posix(), recording_id(source)))
    return dropped


def _companions(path: Path) -> list[Path]:
    names = [
        base.with_name(base.name + suffix) for suffix in formats.COMPANIONS for base in (path.with_suffix(""), path)
    ]
    return [name for name in dict.fromkeys(names) if name.is_file() and name != path]


def _free(target: Path) -> Path:
    """This path, or the next one that nobody has: `call (2).wav`."""
    number = 2
    wanted = target
    while target.exists():
        target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        number += 1
    return target
