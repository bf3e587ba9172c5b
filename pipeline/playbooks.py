"""The layout of data/playbooks: what was published, which of it is in force, who changed it and why.

::

    <version>/       a published playbook; never changed afterwards
    published        the version in force; absent, the settings' folder or the default one is
    log.jsonl        one line a publication: when, by whom, why, and which default playbook there was then
    draft/           a copy that is being edited (drafts.py)
    reading.json     how far the worker is with re-reading calls by another playbook
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from nlp.analyse import DEFAULT
from nlp.check import Problem, check
from nlp.playbook import load
from nlp.rules import CompiledPlaybook
from nlp.yamlfile import PlaybookError
from pipeline import files
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

TAKEN = ".default"  # in a draft: the version of the default playbook that it was made of
KEPT_OPEN = 4  # compiled playbooks, for all data folders of a process

Source = Literal["published", "settings", "default"]
_opening = threading.Lock()  # compiling takes a second or two: once is enough


class BadPlaybook(BadInput):
    """This playbook can't be used as it stands."""

    advice = "Mend the lines named, then try again."

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            "; ".join(f"{problem.file}, line {problem.line}: {problem.message}" for problem in problems[:5])
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class InForce:
    """The playbook that calls are read by, and what keeps the one that was published from being it, if anything."""

    folder: Path
    source: Source
    playbook: CompiledPlaybook
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """One line of the log. `default` is the version of the default playbook that Exemplar came with then."""

    at: datetime
    by: str
    why: str
    version: str
    default: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How many calls were read by the playbook in force, of those that an older one had read."""

    at: datetime
    version: str
    done: int
    total: int


class Playbooks:
    """The playbooks of one data folder. `own` is the folder that the settings name, if they do."""

    def __init__(self, root: Path, own: Path | None = None) -> None:
        self.root = root
        self.own = own
        self.draft = root / "draft"
        self._published = root / "published"
        self._log = root / "log.jsonl"
        self._reading = root / "reading.json"

    # which one

    @property
    def published(self) -> str | None:
        """The version that was published last, whether or not it can be used."""
        try:
            return self._published.read_text().strip() or None
        except FileNotFoundError:
            return None

    def in_force(self) -> InForce:
        """The published playbook, else the settings', else the default; instead of a broken one the one before it.

        Raises BadPlaybook where nothing was published and the settings' folder can't be read.
        """
        named, trouble = self.published, None
        for version in self._latest_first(named) if named else ():
            try:
                found = self.open(self.root / version)
            except (PlaybookError, OSError) as error:
                trouble = trouble or f"The playbook that was published ({version}) can't be used: {error}."
            else:
                return InForce(self.root / version, "published", found, trouble)
        if self.own is None:
            return InForce(DEFAULT, "default", self.open(DEFAULT), trouble)
        try:
            return InForce(self.own, "settings", self.open(self.own), trouble)
        except PlaybookError as error:
            raise BadPlaybook((Problem(str(error.file), error.line, error.problem),)) from error

    def mark(self) -> str:
        """Changes when another playbook is published; cheap enough to ask for every second."""
        with suppress(FileNotFoundError):
            stat = self._published.stat()
            return f"{self.published} {stat.st_mtime_ns} {stat.st_ino}"
        return ""

    def open(self, folder: Path) -> CompiledPlaybook:
        """A playbook, compiled; the same one as long as its files are. Raises PlaybookError."""
        with _opening:
            found = _opened(folder, _stamp(folder))
        if isinstance(found, PlaybookError):
            raise found
        return found

    def newer_default(self) -> bool:
        """Whether Exemplar came with another default playbook since somebody published one."""
        log = self.log() if self.published else []
        return bool(log) and log[0].default != self.open(DEFAULT).version

    def _latest_first(self, first: str) -> list[str]:
        return list(dict.fromkeys([first, *(entry.version for entry in self.log())]))

    # publishing

    def publish(self, folder: Path, *, by: str, why: str) -> str:
        """Put a playbook in force, and keep it; its version. The draft is gone then.

        Raises BadPlaybook where anything in it doesn't hold.
        """
        with self.alone():
            problems = tuple(
                Problem(_within(problem.file, folder), problem.line, problem.message) for problem in check(folder)
            )
            if problems:
                raise BadPlaybook(problems)
            before = self.in_force()  # the way back, whatever becomes of its folder
            self._keep(before.folder, before.playbook.version)
            self._keep(DEFAULT, self.open(DEFAULT).version)  # what the next one is compared with
            version = self.open(folder).version
            self._keep(folder, version)
            self._put_in_force(version, by=by, why=why, default=self._based_on(folder), before=before.playbook.version)
            if folder == self.draft:
                shutil.rmtree(self.draft, ignore_errors=True)
        return version

    def back_to(self, version: str, *, by: str, why: str) -> None:
        """Put an earlier version in force again. Raises NotFound, BadPlaybook."""
        folder = self.root / version
        known = {entry.version: entry for entry in self.log()}
        if version not in known or not folder.is_dir():
            raise NotFound(f"playbook {version}")
        try:
            self.open(folder)
        except PlaybookError as error:
            problem = Problem(_within(str(error.file), folder), error.line, error.problem)
            raise BadPlaybook((problem,)) from error
        with self.alone():
            self._put_in_force(version, by=by, why=why, default=known[version].default)

    def log(self) -> list[Publication]:
        """Every publication, the latest first."""
        try:
            lines = self._log.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with suppress(ValueError, TypeError, KeyError):  # a line that a power cut tore is no line
                entry = json.loads(line)
                found.append(Publication(**entry | {"at": datetime.fromisoformat(entry["at"])}))
        return found[::-1]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes playbooks meanwhile, in whichever process."""
        self.root.mkdir(parents=True, exist_ok=True)
        with files.lock(self.root, wait=True):
            yield

    def _keep(self, folder: Path, version: str) -> None:
        target = self.root / version
        if not target.exists():
            copy(folder, target)
            for path in contents(target):
                path.chmod(0o444)

    def _based_on(self, folder: Path) -> str:
        """The version of the default playbook that a playbook takes after: a newer one once somebody took it."""
        with suppress(FileNotFoundError):
            return (folder / TAKEN).read_text()
        log = self.log()
        return log[0].default if log else self.open(DEFAULT).version

    def _put_in_force(self, version: str, *, by: str, why: str, default: str, before: str | None = None) -> None:
        entries = [Publication(now(), by, why, version, default)]
        if before and before != version and not self.log():
            entries.insert(0, Publication(now(), "Exemplar", "What was in force before", before, default))
        with self._log.open("a", encoding="utf-8") as out:
            for entry in entries:
                out.write(json.dumps(asdict(entry) | {"at": entry.at.isoformat()}, ensure_ascii=False) + "\n")
            out.flush()
            os.fsync(out.fileno())
        files.write(self._published, version.encode())

    # how far the worker is

    def reading(self) -> Reading | None:
        """How far re-reading the calls is; None where there is nothing to re-read."""
        try:
            found = json.loads(self._reading.read_bytes())
            return Reading(datetime.fromisoformat(found["at"]), found["version"], found["done"], found["total"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def note_reading(self, version: str, done: int, total: int) -> None:
        """Say how far it is; done when all are."""
        if done >= total:
            self._reading.unlink(missing_ok=True)
        else:
            note = {"at": now().isoformat(), "version": version, "done": done, "total": total}
            files.write(self._reading, json.dumps(note).encode(), durable=False)


def contents(folder: Path) -> list[Path]:
    """The files that a playbook consists of."""
    return sorted(path for path in folder.rglob("*.yml") if path.is_file() and not path.name.startswith("."))


def copy(folder: Path, target: Path) -> None:
    """Copy a playbook, whole or not at all. Raises FileExistsError, where there is something else already."""
    if target.exists():
        raise FileExistsError(target)
    room = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        for path in contents(folder):
            goal = room / path.relative_to(folder)
            goal.parent.mkdir(parents=True, exist_ok=True)
            files.write(goal, path.read_bytes())
        room.rename(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    files.sync_folder(target.parent)


@lru_cache(KEPT_OPEN)
def _opened(folder: Path, stamp: str) -> CompiledPlaybook | PlaybookError:  # noqa: ARG001  another stamp, other files
    try:
        return load(folder)
    except PlaybookError as error:
        return error


def _stamp(folder: Path) -> str:
    stats = ((path.relative_to(folder), path.stat()) for path in contents(folder))
    return " ".join(f"{name}:{stat.st_mtime_ns}:{stat.st_size}" for name, stat in stats)


def _within(file: str, folder: Path) -> str:
    return file.removeprefix(f"{folder}{os.sep}")
