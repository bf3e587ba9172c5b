"""What the draft would change over all history, worked out by a child process while pages stay quick.

One preview at a time. It stands for the two versions it compared: after either has changed it is out of date, and says
so.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.compare import Found

log = logging.getLogger(__name__)
STOP_WITHIN_S = 3.0

State = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Preview:
    """A comparison under way, or done. `old` and `new` are the versions compared."""

    old: str
    new: str
    state: State = "running"
    done: int = 0
    total: int = 0
    found: Found | None = None


class Previewer:
    """Starts the child, follows it, and keeps what it found."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._guard = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._latest: Preview | None = None

    @property
    def latest(self) -> Preview | None:
        """The preview that was asked for last."""
        return self._latest

    def start(self, old: tuple[Path, str], new: tuple[Path, str]) -> Preview:
        """Compare two playbooks, each a folder and its version. One under way for others is given up."""
        asked = Preview(old[1], new[1])
        with self._guard:
            latest = self._latest
            if latest and latest.state == "running" and (latest.old, latest.new) == (asked.old, asked.new):
                return latest
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "pipeline.compare", str(self._data), str(old[0]), str(new[0])],
                stdin=subprocess.PIPE,  # it ends when we do
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            self._latest = asked
            threading.Thread(target=self._follow, args=(self._child,), name="preview", daemon=True).start()
        return asked

    def cancel(self) -> None:
        """Give up on the preview under way."""
        with self._guard:
            if self._end() and self._latest:
                self._latest = replace(self._latest, state="cancelled")

    def _end(self) -> bool:
        child, self._child = self._child, None
        if child is None:
            return False
        child.terminate()
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        return True

    def _follow(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                with suppress(ValueError):
                    self._take(child, json.loads(line))
        code = child.wait()
        if child.stdin is not None:
            child.stdin.close()
        with self._guard:
            if child is self._child:
                self._child = None
                if self._latest and self._latest.state == "running":
                    log.error("the preview of a playbook ended with %d", code)
                    self._latest = replace(self._latest, state="failed")

    def _take(self, child: subprocess.Popen[str], told: dict[str, object]) -> None:
        with self._guard:
            if child is not self._child or self._latest is None:  # another was asked for meanwhile
                return
            if "found" in told:
                found = Found.model_validate(told["found"])
                made = Preview(found.old, found.new, "done", found.calls, found.calls, found)
                self._latest = made  # of what the child read, whatever was edited meanwhile
            else:
                self._latest = replace(self._latest, done=int(str(told["done"])), total=int(str(told["total"])))
