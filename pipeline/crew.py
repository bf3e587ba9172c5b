"""The threads that hear: each takes a batch off the desk, hears it and takes the next, as long as there is one.

A processor's cores work on batches of their own, not together on one: that is a third faster and takes less memory.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.desk import Desk
from pipeline.hearing import Hearing, Task
from pipeline.transcribe import Recogniser
from pipeline.voiceprint import VoiceEncoder

Say = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


class Crew:
    """Hears recordings, each known by a number; `say` is told how it goes in the messages of ear.py.

    `batch`: windows heard together; 0 for as many as suit the device.
    """

    def __init__(self, recogniser: Recogniser, encoder: VoiceEncoder, batch: int, say: Say) -> None:
        self._recogniser = recogniser
        self._encoder = encoder
        self._say = say
        self._desk = Desk(batch or recogniser.together)
        self._change = threading.Condition()  # of the desk, which only its holder touches
        self._over = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(recogniser.workers)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Hear no further batch; those begun are heard to their end."""
        with self._change:
            self._over = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def add(self, number: int, hearing: Hearing, *, alone: bool, first: bool) -> None:
        """Hear a prepared recording; `alone`: beside no other, because it may be what broke an earlier run."""
        with self._change:
            self._desk.add(number, hearing, alone=alone)
            if first:
                self._desk.put_first(number)
            self._change.notify_all()
        self._finish()  # a silent one is done already

    def put_first(self, number: int) -> None:
        with self._change:
            self._desk.put_first(number)

    def drop(self, number: int) -> None:
        with self._change:
            self._desk.drop(number)
            self._change.notify_all()

    def _work(self) -> None:
        while True:
            with self._change:
                while not (batch := self._desk.batch()).tasks and not self._over:
                    self._change.wait()
                if self._over:
                    return
                self._say({"batch": self._desk.at_work})
            try:
                hear(self._recogniser, batch.tasks, self._change)
            except Exception as error:
                log.exception("Hearing a batch")
                self._fail(batch.keys, error)
            with self._change:
                shares = {key: self._desk.share(key) for key in batch.keys}
            for key, share in shares.items():
                if share is not None:
                    self._say({"job": key, "share": round(share, 3)})
            self._finish()
            with self._change:
                self._desk.back(batch)
                self._say({"batch": self._desk.at_work})
                self._change.notify_all()

    def _fail(self, keys: Sequence[int], error: Exception) -> None:
        for key in keys:
            with self._change:
                self._desk.drop(key)
            self._say({"job": key, "failed": f"{type(error).__name__}: {error}"})

    def _finish(self) -> None:
        with self._change:
            finished = self._desk.finished()
        for number, hearing in finished:
            try:
                heard = hearing.heard(self._recogniser.name, self._encoder)
                self._say({"job": number, "done": heard.model_dump(mode="json")})
            except Exception as error:
                log.exception("Putting together what was heard")
                self._fail([number], error)


def hear(recogniser: Recogniser, tasks: Sequence[Task], guard: threading.Condition) -> None:
    """Hear one batch; what was made of each window goes back to its recording, which is touched under `guard` only."""
    encoded = recogniser.encode([task.window.sound(task.hearing.samples[task.lane]) for task in tasks])
    unsettled = list(dict.fromkeys(task.hearing for task in tasks if task.hearing.language == "auto"))
    if unsettled:
        likely = recogniser.languages(encoded)
        with guard:
            for hearing in unsettled:
                hearing.tell_language([one for one, task in zip(likely, tasks, strict=True) if task.hearing is hearing])
    takes = recogniser.decode(
        encoded,
        [task.hearing.language for task in tasks],
        hotwords=tasks[0].hearing.hotwords,
        careful=tasks[0].careful,
    )
    with guard:
        for task, take in zip(tasks, takes, strict=True):
            task.hearing.take(task, take)
