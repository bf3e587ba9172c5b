"""What the worker is doing right now, with the time left; written where the status page and the terminal look."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.library import Library, now
from pipeline.records import Doing, Progress

EVERY_S = 0.4  # at most so often is progress written
AT_LEAST_S = 3.0  # and at least so often, as a sign of life
FIRST_GUESS = 0.08  # seconds of work a second of sound, until the first recording was heard


@dataclass
class _Item:
    name: str
    stage: str
    since: datetime
    began_s: float
    share: float | None = None
    duration_s: float | None = None
    trouble: str | None = None


@dataclass
class Board:
    """Thread-safe; `write` is called by the worker's main loop."""

    library: Library
    clock: Callable[[], float] = time.monotonic
    _items: dict[str, _Item] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _changed: bool = True
    _written_s: float = float("-inf")
    _pace: float = FIRST_GUESS
    queue: tuple[str, ...] = ()  # ids of the calls that wait, in their order
    ready: bool = False
    trouble: str | None = None

    def start(self, recording_id: str, name: str) -> None:
        with self._guard:
            self._items[recording_id] = _Item(name, "waiting", now(), self.clock())
            self._changed = True

    def stage(self, recording_id: str, stage: str, share: float | None, duration_s: float | None) -> None:
        """A stage began (share None) or got as far as `share` (0 to 1)."""
        with self._guard:
            item = self._items.get(recording_id)
            if item is None:
                return
            if item.stage != stage:
                item.stage, item.began_s, item.since, item.share = stage, self.clock(), now(), None
            item.duration_s = duration_s or item.duration_s
            item.share = share if share is not None else item.share
            if stage == "hear" and share == 1.0 and item.duration_s:
                spent = (self.clock() - item.began_s) / item.duration_s
                self._pace = 0.7 * self._pace + 0.3 * spent
            self._changed = True

    def note(self, recording_id: str, trouble: str | None) -> None:
        with self._guard:
            if recording_id in self._items:
                self._items[recording_id].trouble = trouble
                self._changed = True

    def end(self, recording_id: str) -> None:
        with self._guard:
            self._items.pop(recording_id, None)
            self._changed = True

    def write(self) -> None:
        """Write the note if something changed or it is time for a sign of life."""
        since_s = self.clock() - self._written_s
        with self._guard:
            if not (self._changed and since_s >= EVERY_S) and since_s < AT_LEAST_S:
                return
            doing = tuple(self._doing(recording_id, item) for recording_id, item in self._items.items())
            self._changed = False
            self._written_s = self.clock()
        self.library.report(
            Progress(
                pid=os.getpid(),
                at=now(),
                ready=self.ready,
                doing=doing,
                waiting=len(self.queue),
                queue=self.queue,
                trouble=self.trouble,
            )
        )

    def _doing(self, recording_id: str, item: _Item) -> Doing:
        percent = left_s = None
        if item.stage == "hear" and item.share is not None:
            spent = self.clock() - item.began_s
            guess = self._pace * item.duration_s if item.duration_s else None
            total = spent / item.share if item.share > 0.15 else guess
            left_s = max(0.0, round(total - spent, 1)) if total else None
            percent = round(100 * item.share, 1)
        return Doing.model_validate(
            {
                "id": recording_id,
                "name": item.name,
                "stage": item.stage,
                "percent": percent,
                "left_s": left_s,
                "since": item.since,
                "trouble": item.trouble,
            }
        )
