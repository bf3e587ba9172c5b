"""The draft: a copy of the playbook in force that people change, file by file, before it is published."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path
from typing import Literal
from uuid import uuid4

from nlp.analyse import DEFAULT
from nlp.check import Problem, check
from nlp.playbook import load
from nlp.rules import CompiledPlaybook
from nlp.yamlfile import PlaybookError
from pipeline import files
from pipeline.errors import BadInput, NotFound
from pipeline.playbooks import TAKEN, BadPlaybook, Playbooks, contents, copy

FILE = re.compile(r"(?:(?:tags|steps)/)?[a-z0-9][a-z0-9_.-]{0,79}\.yml")
HEAD = "playbook.yml"
LARGEST = 400_000  # code points of one file


class FileChanged(BadInput):
    """Somebody else changed this file meanwhile."""

    advice = "Copy your text, load the file again and make your change there."


@dataclass(frozen=True, slots=True)
class Change:
    """What the draft makes of one file of the playbook in force."""

    path: str
    kind: Literal["new", "changed", "gone"]
    before: str
    after: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines taken away and added, each with its sign, and a few around them."""
        compared = unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=2)
        return tuple(line for line in compared if not line.startswith(("---", "+++")))


class Draft:
    """The draft of one data folder; begun with the first change, gone with the last one taken back."""

    def __init__(self, playbooks: Playbooks) -> None:
        self._playbooks = playbooks
        self.folder = playbooks.draft

    def exists(self) -> bool:
        return self.folder.is_dir()

    def compiled(self) -> CompiledPlaybook | None:
        """The draft; None without one, and of one that another Exemplar wrote and this one can't read (`problems`)."""
        with suppress(PlaybookError):
            return self._playbooks.open(self.folder) if self.exists() else None
        return None

    def texts(self) -> dict[str, str]:
        """Every file of the draft, else of the playbook in force, by its path."""
        return _texts(self.folder if self.exists() else self._playbooks.in_force().folder)

    def text(self, path: str) -> str:
        """One file of it. Raises NotFound."""
        folder = self.folder if self.exists() else self._playbooks.in_force().folder
        try:
            return (folder / _sane(path)).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError as error:
            raise NotFound(f"playbook file {path}") from error

    def changes(self) -> list[Change]:
        """What it changes, file by file."""
        if not self.exists():
            return []
        return _changes(_texts(self._playbooks.in_force().folder), _texts(self.folder))

    def problems(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return _told(self.folder) if self.exists() else ()

    def save(
        self, path: str, text: str | None, *, seen: str | None = None, strict: bool = False
    ) -> tuple[Problem, ...]:
        """Put a file in place, or with None take it away, once the whole playbook was checked with it.

        Saved too where only examples don't hold: those are returned, and keep it from being published. Raises
        BadPlaybook where the playbook could not be read with it (unless it couldn't before, and the file itself is
        right; `strict`: where an example in the file doesn't hold, too), and FileChanged where the file is not that of
        which `seen` is the digest; nothing is changed then.
        """
        _sane(path)
        if text is not None and len(text) > LARGEST:
            raise BadInput(f"{path}: longer than {LARGEST:,} characters")
        with self._playbooks.alone(), tempfile.TemporaryDirectory(prefix="exemplar-") as room:
            now = self.texts()
            if seen is not None and seen != digest(now.get(path, "")):
                raise FileChanged(path)
            made = {name: words for name, words in now.items() if name != path} | ({} if text is None else {path: text})
            problems = _told(_lay(Path(room), made))
            here = tuple(problem for problem in problems if problem.file == path)
            broken = self.exists() and self.compiled() is None  # mended file by file, then
            if (strict and here) or (problems and not _readable(Path(room)) and (here or not broken)):
                raise BadPlaybook(here or problems)
            self._begin()
            _put(self.folder / path, text)
            self._drop_where_nothing_changed()
        return problems

    def restore(self, path: str) -> tuple[Problem, ...]:
        """Take back what was changed in one file. Raises BadPlaybook where another change needs it."""
        before = _texts(self._playbooks.in_force().folder)
        return self.save(path, before.get(path)) if self.exists() else ()

    def drop(self) -> None:
        """Take back every change."""
        with self._playbooks.alone(), suppress(FileNotFoundError):
            gone = self.folder.rename(self.folder.with_name(f".gone.{uuid4().hex}"))  # at once, for those who read it
            shutil.rmtree(gone, ignore_errors=True)

    def take_default(self) -> None:
        """A draft of the newer default playbook, in which the team's own changes to the older one are kept.

        A file that the team changed, added or took away stays so, published or not; all others are those of the newer
        default. Raises BadPlaybook, and changes nothing, where the two don't go together.
        """
        with self._playbooks.alone():
            own, fresh = self.texts(), _texts(DEFAULT)
            log = self._playbooks.log()
            was = self._playbooks.root / log[0].default if log else DEFAULT
            base = _texts(was) if was.is_dir() else own  # not kept: take the newer one where both have a file
            changed = {change.path for change in _changes(base, own)}
            made = {path: text for path, text in fresh.items() if path not in changed}
            made |= {path: text for path, text in own.items() if path in changed}
            with tempfile.TemporaryDirectory(prefix="exemplar-") as room:
                laid = _lay(Path(room), made)
                if not _readable(laid):
                    raise BadPlaybook(_told(laid))
                shutil.rmtree(self.folder, ignore_errors=True)
                copy(laid, self.folder)
            (self.folder / TAKEN).write_text(self._playbooks.open(DEFAULT).version)

    def _begin(self) -> None:
        if not self.exists():
            copy(self._playbooks.in_force().folder, self.folder)

    def _drop_where_nothing_changed(self) -> None:
        if not self.changes():
            shutil.rmtree(self.folder, ignore_errors=True)


def digest(text: str) -> str:
    """What tells one state of a file from another."""
    return sha256(text.encode()).hexdigest()[:16]


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            kind: Literal["new", "changed", "gone"] = "new" if old is None else "gone" if new is None else "changed"
            found.append(Change(path, kind, old or "", new or ""))
    return found


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in contents(folder)
    }


def _lay(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def _put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, text.encode())


def _sane(path: str) -> str:
    if not FILE.fullmatch(path) or ".." in path:
        raise NotFound(f"playbook file {path[:80]}")
    return path


def _told(folder: Path) -> tuple[Problem, ...]:
    """Every problem, naming files as the draft does."""
    prefix = f"{folder}/"
    return tuple(
        Problem(problem.file.removeprefix(prefix), problem.line, problem.message.replace(prefix, ""))
        for problem in check(folder)
    )


def _readable(folder: Path) -> bool:
    try:
        load(folder)
    except PlaybookError:
        return False
    return True
