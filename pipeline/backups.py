"""The commands `exemplar backup` and `exemplar restore`."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console

from pipeline import settings
from pipeline.errors import BadInput, DiskTrouble, NotFound

STREAM = "-"  # in place of a file: standard output, standard input

Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else EXEMPLAR_DATA, else ./data.")]
console = Console(stderr=True, highlight=False)  # a backup may go to standard output


def backup(
    file: Annotated[str, typer.Argument(help="A new file, FILE.tar or FILE.tar.gz; - writes it out.")],
    data: Data = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the file, once the new one is done.")] = False,  # noqa: FBT002
) -> None:
    """Back up everything into one file, also while Exemplar runs."""
    from pipeline import backup as work
    from pipeline.library import Library

    conf = settings.load(data)
    library = Library(conf.data)
    if not (library.root / "calls").is_dir():
        raise NotFound(f"no data folder at {library.root}")
    zipped = file.endswith((".gz", ".tgz"))
    target = None if file == STREAM else _target(Path(file).absolute(), library.root, replace=replace)
    with console.status("Backing up ...") as status, _disk(file):
        tell = _teller(status, "Backing up")
        with _written(target) if target else nullcontext(sys.stdout.buffer) as out:
            made = work.make(library, conf.keep, out, zipped=zipped, tell=tell)
            out.flush()
    where = str(target or "standard output")
    work.note(library, made, where)
    _say(f"{made.calls} calls and {made.rows:,} rows of records are in {where}: {_size(made.bytes)}")


def restore(
    file: Annotated[str, typer.Argument(help="A backup; - reads standard input.")],
    data: Data = None,
    records_url: Annotated[
        str | None,
        typer.Option(help="Where records go, whatever the backup's settings say: an empty PostgreSQL, or sqlite."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look whether all of it is there and right.")] = False,  # noqa: FBT002
) -> None:
    """Restore a backup into an empty data folder; every row and file is checked."""
    from pipeline import restore as work

    folder = (data or settings.Where().data).absolute()
    verb = "Checking" if check else "Restoring"
    with console.status(f"{verb} ...") as status, _disk(file):
        tell = _teller(status, verb)
        with open(sys.stdin.fileno() if file == STREAM else file, "rb") as source:  # noqa: PTH123
            found = work.check(source, tell) if check else work.restore(source, folder, records_url, tell)
    held = f"{found.calls} calls, {found.files} files and {found.rows:,} rows of records"
    made = f"{found.at:%Y-%m-%d %H:%M} UTC by Exemplar {found.made_by}"
    if check:
        _say(f"All of it is right: {held}, backed up {made}")
        return
    _say(f"{held} are in {folder} as they were {made}. Start it with: exemplar up --data {folder}")


def _target(path: Path, data: Path, *, replace: bool) -> Path:
    """Where a backup goes. Raises BadInput, before any work is done."""
    if path.resolve().is_relative_to(data.resolve()):
        raise BadInput(f"{path} is inside the data folder: keep a backup somewhere else, on another disk if you can")
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent}")
    if path.exists() and not (replace and path.is_file()):
        raise BadInput(f"{path} is there already: name another, or add --replace")
    return path


@contextmanager
def _written(target: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone that is there once it is whole, or not at all."""
    room = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        with os.fdopen(os.open(room, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        room.replace(target)
    finally:
        room.unlink(missing_ok=True)


@contextmanager
def _disk(file: str) -> Iterator[None]:
    """Raises NotFound and DiskTrouble for what the system says."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(str(error.filename or file)) from error
    except OSError as error:
        raise DiskTrouble(f"{error.filename or file}: {error.strerror or error}") from error


def _teller(status: Any, verb: str) -> Callable[[Any], None]:
    return lambda found: status.update(f"{verb}: {found.files:,} files, {_size(found.bytes)}")


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
