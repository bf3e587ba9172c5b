"""The one warm child that holds the speech model, and can be killed for a time limit or a cancel.

Its parent writes one job a line (JSON) and reads lines back: {"share": 0.4} as it goes, then {"done": {…}} or
{"failed": "…"}. It ends when its parent does.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.errors import HearingStopped, NoModel, Stopping
from pipeline.records import Turn
from pipeline.settings import Settings

STALL_S = 600.0  # no sign of progress for this long: the child hangs and is ended
TURNS = TypeAdapter(tuple[Turn, ...])


class Ear:
    """The parent's side. One job at a time; others wait their turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._closed = False
        self._loaded = False
        self.note: str | None = None

    def warm(self) -> None:
        """Start the child and wait until its model is loaded. Raises NoModel, HearingStopped."""
        with self._turn:
            self._ready()

    def hear(
        self, lanes: Sequence[Path], heard: Callable[[float], None], *, stall_s: float = STALL_S
    ) -> tuple[str, str, tuple[Turn, ...]]:
        """Language, model and turns of decoded lanes (see audio.Decoded). Raises HearingStopped, NoModel."""
        with self._turn:
            child = self._ready()
            heard(0.0)
            job = {"lanes": [str(lane) for lane in lanes], "language": self._settings.language}
            try:
                assert child.stdin is not None
                child.stdin.write(json.dumps(job).encode() + b"\n")
                child.stdin.flush()
            except OSError as error:
                self._end()
                raise HearingStopped(str(error)) from error
            while True:
                answer = self._answer(stall_s)
                if "share" in answer:
                    heard(answer["share"])
                elif "done" in answer:
                    done = answer["done"]
                    return done["language"], done["model"], TURNS.validate_python(done["turns"])
                else:
                    raise HearingStopped(answer.get("failed", "no answer"))

    def close(self) -> None:
        """End the child at once, whatever it is doing; whoever waits for it gets Stopping."""
        self._closed = True
        self._end()

    def start(self) -> None:
        """Start the child without waiting for its model: whoever needs it waits."""
        if self._closed:
            raise Stopping
        self._child = subprocess.Popen(
            [sys.executable, "-m", "pipeline.ear", self._settings.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._lines = queue.Queue()
        self._loaded = False
        threading.Thread(target=_pump, args=(self._child, self._lines), name="ear", daemon=True).start()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.start()
        if not self._loaded:
            answer = self._answer(STALL_S)
            if "failed" in answer:
                self._end()
                raise NoModel(answer["failed"])
            self.note = answer.get("note")
            self._loaded = True
        if self._child is None:
            raise Stopping
        return self._child

    def _answer(self, stall_s: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=stall_s)
        except queue.Empty:
            self._end()
            raise HearingStopped(f"no progress in {stall_s:.0f} s") from None
        if line is None:
            if self._closed:
                raise Stopping
            code = self._child.wait() if self._child else "?"
            self._child = None
            raise HearingStopped(f"the listening process ended with {code}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()


def _pump(child: subprocess.Popen[bytes], lines: queue.Queue[bytes | None]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        lines.put(line)
    lines.put(None)


# --- the child's side ------------------------------------------------------------------------------------------------


def _jobs(jobs: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        jobs.put(json.loads(line))
    os._exit(0)  # the parent is gone; a decoding thread would keep a normal exit waiting


def main() -> None:
    """Load the model, then answer jobs until standard input closes."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # libraries that print must not get into the answers
    jobs: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_jobs, args=(jobs,), daemon=True).start()

    from pipeline.audio import samples
    from pipeline.transcribe import Recogniser

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer) + "\n")

    settings = json.loads(sys.argv[1])
    try:
        recogniser = Recogniser(
            settings["model"],
            device=settings["device"],
            compute_type=settings["compute_type"],
            threads=settings["threads"] or os.cpu_count() or 1,
            batch=settings["batch"],
        )
    except Exception as error:  # noqa: BLE001  whatever keeps the model from loading is the parent's to tell
        say({"failed": str(error)})
        return
    say({"ready": recogniser.name, "note": recogniser.note})
    while True:
        job = jobs.get()
        try:
            lanes = [samples(Path(lane)) for lane in job["lanes"]]
            hearing = recogniser.hear(lanes, job["language"], lambda share: say({"share": round(share, 3)}))
            turns = TURNS.dump_python(hearing.turns, mode="json")
            say({"done": {"language": hearing.language, "model": hearing.model, "turns": turns}})
        except Exception as error:  # noqa: BLE001
            say({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
