"""The child that hears: `python -m pipeline.listener SETTINGS`, started and spoken to by ear.py."""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from typing import Any

from pipeline.crew import Crew, Say
from pipeline.hearing import Hearing
from pipeline.records import Job
from pipeline.speech import LaneFile
from pipeline.transcribe import Recogniser
from pipeline.voiceprint import VoiceEncoder

log = logging.getLogger(__name__)


class Listener:
    """Takes messages and prepares recordings, while the crew hears those that are prepared."""

    def __init__(self, crew: Crew, say: Say) -> None:
        self._crew = crew
        self._say = say
        self._jobs: dict[int, Job] = {}  # to prepare
        self._turns: queue.PriorityQueue[tuple[bool, int]] = queue.PriorityQueue()  # (False, n) before (True, n)
        self._dropped: set[int] = set()
        self._first: set[int] = set()  # put first; the crew may not have them yet

    def read(self) -> None:
        """Take messages until standard input closes; then the parent is gone, and so are we."""
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "hear" in message:
                self._jobs[message["hear"]] = Job.model_validate(message["job"])
                self._turns.put((True, message["hear"]))
            elif "first" in message:
                self._first.add(message["first"])
                self._turns.put((False, message["first"]))
                self._crew.put_first(message["first"])
            elif "drop" in message:
                self._dropped.add(message["drop"])
                self._crew.drop(message["drop"])
        os._exit(0)  # a decoding thread would keep a normal exit waiting

    def prepare(self) -> None:
        """Prepare recording after recording, for ever."""
        while True:
            _, number = self._turns.get()
            job = self._jobs.pop(number, None)
            if job is None or number in self._dropped:
                continue
            self._say({"preparing": number})
            try:
                hearing = Hearing([LaneFile(lane) for lane in job.lanes], job.about, job.language, job.hotwords)
                hearing.prepare()
                self._crew.add(number, hearing, alone=job.alone, first=number in self._first)
            except Exception as error:
                log.exception("Preparing a recording")
                self._say({"job": number, "failed": f"{type(error).__name__}: {error}"})
            finally:
                self._say({"preparing": None})
            if number in self._dropped:  # meanwhile
                self._crew.drop(number)


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
            threads=settings["threads"],
        )
        crew = Crew(recogniser, VoiceEncoder(), settings["batch"], say)
    except Exception as error:  # noqa: BLE001  whatever keeps the model from loading is the parent's to tell
        say({"failed": str(error)})
        return
    listener = Listener(crew, say)
    crew.start()
    threading.Thread(target=listener.prepare, name="prepare", daemon=True).start()
    say({"ready": recogniser.name, "note": recogniser.note})
    listener.read()


if __name__ == "__main__":
    main()
