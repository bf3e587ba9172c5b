"""The calls that want work, in the order they came: each at most once, and back after a while where it failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 300.0


class WorkQueue:
    """Thread-safe. An id that is being worked on and added again is handed out again afterwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._busy: set[str] = set()
        self._failures: dict[str, int] = {}
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        with self._changed:
            return len(self._due)

    def add(self, recording_id: str) -> None:
        with self._changed:
            self._due[recording_id] = 0.0
            self._changed.notify()

    def put_first(self, recording_id: str) -> None:
        """Hand this one out next; it is added where it is not waiting yet."""
        with self._changed:
            self._due = {recording_id: 0.0} | {key: due for key, due in self._due.items() if key != recording_id}
            self._changed.notify()

    def remove(self, recording_id: str) -> bool:
        """Take it off the queue; False where it is being worked on already."""
        with self._changed:
            if recording_id in self._busy:
                return False
            self._due.pop(recording_id, None)
            return True

    def order(self) -> tuple[str, ...]:
        """The ids that wait, in the order in which they are handed out."""
        with self._changed:
            return tuple(self._due)

    def take(self) -> str | None:
        """The next id, waiting for one; None once the queue is closed."""
        with self._changed:
            while not self._closed:
                ready = [key for key, due in self._due.items() if key not in self._busy and due <= self._clock()]
                if ready:
                    del self._due[ready[0]]
                    self._busy.add(ready[0])
                    return ready[0]
                self._changed.wait(timeout=0.5)
            return None

    def done(self, recording_id: str) -> None:
        with self._changed:
            self._busy.discard(recording_id)
            self._failures.pop(recording_id, None)
            self._changed.notify()

    def failed(self, recording_id: str) -> None:
        """Hand it out again later: after 2 s, 4 s, 8 s, … at most five minutes."""
        with self._changed:
            self._busy.discard(recording_id)
            failures = self._failures[recording_id] = self._failures.get(recording_id, 0) + 1
            delay = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (failures - 1))
            self._due.setdefault(recording_id, self._clock() + delay)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
