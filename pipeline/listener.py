"""The child that hears: `python -m pipeline.listener SETTINGS`, started and spoken to by ear.py."""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from pipeline.desk import Desk, hear
from pipeline.hearing import Hearing
from pipeline.records import Job
from pipeline.speech import open_lane
from pipeline.transcribe import Recogniser
from pipeline.voiceprint import VoiceEncoder

Say = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


class Listener:
    """Prepares recordings in one thread while the other hears."""

    def __init__(self, recogniser: Recogniser, encoder: VoiceEncoder, batch: int, say: Say) -> None:
        self._recogniser = recogniser
        self._encoder = encoder
        self._desk = Desk(batch)
        self._say = say
        self._jobs: dict[int, Job] = {}  # to prepare
        self._turns: queue.PriorityQueue[tuple[bool, int]] = queue.PriorityQueue()  # (False, n) before (True, n)
        self._ready: queue.Queue[Callable[[], None]] = queue.Queue()  # what changes the desk, done between two batches
        self._dropped: set[int] = set()
        self._first: set[int] = set()  # put first; they may not be on the desk yet

    def read(self) -> None:
        """Take messages until standard input closes; then the parent is gone, and so are we."""
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "hear" in message:
                self._jobs[message["hear"]] = Job.model_validate(message["job"])
                self._turns.put((True, message["hear"]))
            elif "first" in message:
                self._turns.put((False, message["first"]))
                self._ready.put(partial(self._put_first, message["first"]))
            elif "drop" in message:
                self._dropped.add(message["drop"])
                self._ready.put(partial(self._desk.drop, message["drop"]))
        os._exit(0)  # a decoding thread would keep a normal exit waiting

    def run(self) -> None:
        """Hear batch after batch, for ever."""
        while True:
            self._arrange()
            keys, tasks = self._desk.batch()
            if tasks:
                self._say({"batch": keys})
                try:
                    hear(self._recogniser, tasks)
                except Exception as error:
                    log.exception("Hearing a batch")
                    for key in keys:
                        self._desk.drop(key)
                        self._say({"job": key, "failed": f"{type(error).__name__}: {error}"})
                for key in keys:
                    share = self._desk.share(key)
                    if share is not None:
                        self._say({"job": key, "share": round(share, 3)})
            self._finish()

    def _arrange(self) -> None:
        """Let in what came; where nothing is to be heard, wait for it."""
        if not len(self._desk):
            self._say({"batch": []})
            self._ready.get()()
        while not self._ready.empty():
            self._ready.get()()

    def _prepare(self) -> None:
        while True:
            _, number = self._turns.get()
            job = self._jobs.pop(number, None)
            if job is None or number in self._dropped:
                continue
            self._say({"preparing": number})
            try:
                hearing = Hearing([open_lane(lane) for lane in job.lanes], job.about, job.language, job.hotwords)
                hearing.prepare()
            except Exception as error:
                log.exception("Preparing a recording")
                self._say({"job": number, "failed": f"{type(error).__name__}: {error}"})
            else:
                self._ready.put(partial(self._add, number, hearing, job.alone))
            finally:
                self._say({"preparing": None})

    def _add(self, number: int, hearing: Hearing, alone: bool) -> None:  # noqa: FBT001  bound by partial
        if number not in self._dropped:
            self._desk.add(number, hearing, alone=alone)
            if number in self._first:
                self._desk.put_first(number)

    def _put_first(self, number: int) -> None:
        self._first.add(number)
        self._desk.put_first(number)

    def _finish(self) -> None:
        for number, hearing in self._desk.finished():
            try:
                heard = hearing.heard(self._recogniser.name, self._encoder)
                self._say({"job": number, "done": heard.model_dump(mode="json")})
            except Exception as error:
                log.exception("Putting together what was heard")
                self._say({"job": number, "failed": f"{type(error).__name__}: {error}"})


def main() -> None:
    """Load the model, then answer until standard input closes."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # libraries that print must not get into the answers
    guard = threading.Lock()

    def say(answer: dict[str, Any]) -> None:
        with guard:
            out.write(json.dumps(answer) + "\n")

    settings = json.loads(sys.argv[1])
    try:
        recogniser = Recogniser(
            settings["model"],
            device=settings["device"],
            compute_type=settings["compute_type"],
            threads=settings["threads"] or os.cpu_count() or 1,
        )
        listener = Listener(recogniser, VoiceEncoder(), settings["batch"], say)
    except Exception as error:  # noqa: BLE001  whatever keeps the model from loading is the parent's to tell
        say({"failed": str(error)})
        return
    threading.Thread(target=listener.read, name="read", daemon=True).start()
    say({"ready": recogniser.name, "note": recogniser.note})
    listener.run()


if __name__ == "__main__":
    main()
