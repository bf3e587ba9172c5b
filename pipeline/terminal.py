"""What `exemplar up` and `ingest --wait` show in the terminal: live bars for a person, plain lines for a log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from pipeline.library import Library
from pipeline.records import Doing

EVERY_S = 0.5
SAYS = {
    "waiting": "waiting",
    "read": "reading",
    "hear": "hearing",
    "speakers": "telling who speaks",
    "analyse": "analysing",
    "publish": "finishing",
}


def time_left(seconds: float | None) -> str:
    """`about 3 min`, `12 s`, or nothing where it isn't known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    return f"about {round(seconds / 60)} min left"


class Follower:
    """Shows the worker's progress until it is left."""

    def __init__(self, library: Library, console: Console) -> None:
        self._library = library
        self._console = console
        self._stop = threading.Event()
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}
        self._trouble: str | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join(2)

    def _follow(self) -> None:
        columns = (
            TextColumn("  {task.fields[says]:<10}"),
            BarColumn(28),
            TextColumn("{task.description} {task.fields[left]}"),
        )
        with Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bars:
            while not self._stop.wait(EVERY_S):
                try:
                    progress = self._library.progress()
                except Exception:  # noqa: BLE001, S112  a half-made data folder is no reason to stop looking
                    continue
                if progress is None:
                    continue
                if progress.trouble != self._trouble:
                    self._trouble = progress.trouble
                    if progress.trouble:
                        self._console.print(f"  {progress.trouble}", style="yellow", highlight=False)
                self._show(bars, progress.doing)

    def _line(self, one: Doing, says: str, left: str) -> None:
        """For a log: one line as hearing begins and at each further quarter."""
        if one.stage != "hear" or one.percent is None:
            return
        line = f"{says} {one.name}" + (f" {int(one.percent // 25 * 25)}%" if one.percent >= 25 else "")
        if self._said.get(one.id) != line and one.percent < 100:
            self._console.print(f"  {line}{f', {left}' if left else ''}", highlight=False, markup=False)
            self._said[one.id] = line

    def _show(self, bars: Progress, doing: tuple[Doing, ...]) -> None:
        for one in doing:
            says, left = SAYS[one.stage], time_left(one.left_s)
            if not self._console.is_terminal:
                self._line(one, says, left)
                continue
            if one.id not in self._tasks:
                self._tasks[one.id] = bars.add_task(one.name, total=100, says=says, left="")
            total = 100 if one.percent is not None else None
            bars.update(self._tasks[one.id], completed=one.percent or 0, total=total, says=says, left=left)
        current = {one.id for one in doing}
        for gone in [key for key in self._tasks if key not in current]:
            bars.remove_task(self._tasks.pop(gone))
