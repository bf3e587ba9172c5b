"""Does the decoder's jobs in forked children of one process that has imported it already: `python -m tests.forks`.

Each job has its limits and its own process as in earnest; only starting Python is saved. One job a line comes in; its
exit status (negative: the signal) and its answer go out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Self

from pipeline import decoder
from tests.places import ROOT


class Forks:
    """The other end: starts the process, asks it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def do(self, job: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(job), file=self._process.stdin, flush=True)
        status, answer = json.loads(self._process.stdout.readline())
        return status, json.loads(answer) if answer else {}


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            decoder.limit(job)
            os.write(theirs, json.dumps(decoder.answer(job)).encode())
            os._exit(0)
        os.close(theirs)
        with os.fdopen(ours, "rb") as reader:
            answer = reader.read().decode()
        print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), answer]), flush=True)


if __name__ == "__main__":
    main()
