"""The one warm child that holds the speech model, and can be killed for a time limit; the parent's side of it.

Each line to the child is a message (JSON): {"hear": n, "job": …} or {"first": n} or {"drop": n}. Lines come back:
{"batch": [n, …]} before each batch and {"preparing": n} before a recording is made ready for one, {"job": n, "share":
0.4} as it goes, then {"job": n, "done": {…}} or {"job": n, "failed": "…"}. Several recordings are heard at a time, so
that batches are full. The child (listener.py) ends with its parent.
"""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from pipeline.errors import Cancelled, HearingInterrupted, HearingStopped, NoModel, Stopping
from pipeline.records import Heard, Job
from pipeline.settings import Settings

STALL_S = 600.0  # no sign of life for this long: the child hangs and is ended
LOOK_S = 1.0  # between two looks at whether it does


class Ear:
    """Thread-safe: each recording is heard from a thread of its own, all in the one child."""

    def __init__(self, settings: Settings, *, stall_s: float = STALL_S) -> None:
        self._settings = settings
        self._stall_s = stall_s
        self._guard = threading.Lock()
        self._numbers = itertools.count(1)
        self._child: _Child | None = None
        self._keys: dict[str, int] = {}  # the recordings being heard, by the caller's key
        self._cancelled: set[str] = set()
        self._closed = False
        self.note: str | None = None

    def warm(self) -> None:
        """Start the child and wait until its model is loaded. Raises NoModel, HearingStopped."""
        self._ready()

    def start(self) -> None:
        """Start the child without waiting for its model: whoever needs it waits."""
        with self._guard:
            if self._closed:
                raise Stopping
            if self._child is None or self._child.over.is_set():
                self._child = _Child(self._settings)

    def hear(self, job: Job, heard: Callable[[float], None]) -> Heard:
        """What was said on a recording's lanes; `heard` is told the share done, 0 to 1.

        Raises HearingStopped where the child failed at this recording, HearingInterrupted where it failed at another,
        Cancelled, NoModel, Stopping.
        """
        child = self._ready()
        number = next(self._numbers)
        answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        with self._guard:
            self._keys[job.key] = number
        try:
            child.expect(number, answers)
            child.say({"hear": number, "job": job.model_dump(mode="json")})
            heard(0.0)
            return self._wait(child, number, job.key, answers, heard)
        finally:
            child.forget(number)
            with self._guard:
                if self._keys.get(job.key) == number:
                    del self._keys[job.key]
                self._cancelled.discard(job.key)

    def put_first(self, key: str) -> None:
        """Hear this recording before the others, if it is being heard."""
        with self._guard:
            number, child = self._keys.get(key), self._child
        if number is not None and child is not None:
            child.say({"first": number})

    def cancel(self, key: str) -> bool:
        """Stop hearing this recording; whoever waits for it gets Cancelled. False where it isn't being heard."""
        with self._guard:
            number, child = self._keys.get(key), self._child
            if number is None or child is None:
                return False
            self._cancelled.add(key)
        child.say({"drop": number})
        child.answer(number, {"failed": "cancelled"})
        return True

    def close(self) -> None:
        """End the child at once, whatever it is doing; whoever waits for it gets Stopping."""
        with self._guard:
            self._closed = True
            child = self._child
        if child is not None:
            child.kill()

    def _ready(self) -> _Child:
        self.start()
        child = self._child
        assert child is not None
        while not child.loaded.wait(LOOK_S):
            self._check(child)
        if child.failed:
            raise Stopping if self._closed else NoModel(child.failed)
        self.note = child.note
        return child

    def _wait(
        self,
        child: _Child,
        number: int,
        key: str,
        answers: queue.Queue[dict[str, Any] | None],
        heard: Callable[[float], None],
    ) -> Heard:
        while True:
            try:
                answer = answers.get(timeout=LOOK_S)
            except queue.Empty:
                self._check(child)
                continue
            if answer is None:
                if self._closed:
                    raise Stopping
                raise (HearingStopped if child.blames(number) else HearingInterrupted)(child.end())
            if "share" in answer:
                heard(answer["share"])
            elif "done" in answer:
                return Heard.model_validate(answer["done"])
            elif key in self._cancelled:
                raise Cancelled
            else:
                raise HearingStopped(answer.get("failed", "no answer"))

    def _check(self, child: _Child) -> None:
        if time.monotonic() - child.heard_from > self._stall_s:
            child.stalled = f"no progress in {self._stall_s:.0f} s"
            child.kill()


class _Child:
    """One run of the child, and who waits for its answers."""

    def __init__(self, settings: Settings) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.listener", settings.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._guard = threading.Lock()
        self._waiting: dict[int, queue.Queue[dict[str, Any] | None]] = {}
        self.heard_from = time.monotonic()
        self.loaded, self.over = threading.Event(), threading.Event()
        self.failed: str | None = None
        self.note: str | None = None
        self.stalled: str | None = None
        self._batch: list[int] = []  # the recordings it was hearing when it last said so
        self._preparing: int | None = None  # and the one that it was getting ready meanwhile
        threading.Thread(target=self._listen, name="ear", daemon=True).start()

    def expect(self, number: int, answers: queue.Queue[dict[str, Any] | None]) -> None:
        with self._guard:
            self._waiting[number] = answers
            self.heard_from = time.monotonic()  # it had nothing to say while it had nothing to do
            if self.over.is_set():
                answers.put(None)

    def forget(self, number: int) -> None:
        with self._guard:
            self._waiting.pop(number, None)

    def answer(self, number: int, answer: dict[str, Any]) -> None:
        with self._guard:
            if number in self._waiting:
                self._waiting[number].put(answer)

    def blames(self, number: int) -> bool:
        """Whether this recording may be what the child ended at: it was at work on it, or said nothing of its work."""
        at_work = {*self._batch, self._preparing} - {None}
        return not at_work or number in at_work

    def say(self, message: dict[str, Any]) -> None:
        """Write one message; that the child is gone is told to all who wait, not here."""
        assert self._process.stdin is not None
        with self._guard:
            try:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
            except OSError:
                pass

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> str:
        """How it ended, in words."""
        return self.stalled or f"the listening process ended with {self._process.wait()}"

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith(b"\n"):
                break  # it was killed in the middle of a word
            self.heard_from = time.monotonic()
            answer: dict[str, Any] = json.loads(line)
            if "job" in answer:
                self.answer(answer["job"], answer)
            elif "batch" in answer:
                self._batch = answer["batch"]
            elif "preparing" in answer:
                self._preparing = answer["preparing"]
            else:
                self.failed, self.note = answer.get("failed"), answer.get("note")
                self.loaded.set()
        self._process.wait()
        with self._guard:
            self.over.set()
            if not self.loaded.is_set():
                self.failed = self.end()
                self.loaded.set()
            for answers in self._waiting.values():
                answers.put(None)
