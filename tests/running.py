"""A whole Exemplar for tests: `exemplar up` as a person starts it, in a folder of its own, with the small model."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from pipeline.client import recording_id
from pipeline.library import Library

READY_S = 90.0
# Each has a port of its own: the one that a killed API leaves for a moment is not there for another to take.
_PORTS = itertools.count(21_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))


class Running:
    """One `exemplar up` process and what hangs on it."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.library = Library(data)
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "up", "--data", str(data), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "EXEMPLAR_MODEL": "tiny.en",
                "EXEMPLAR_PORT": str(next(_PORTS)),
                "COLUMNS": "200",
                **environment,
            },
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    @property
    def printed(self) -> str:
        return "\n".join(self.lines)

    def ready(self) -> Running:
        match = self.wait(lambda: re.search(r"Ready: (http://\S+?)/\?token=(\S+)", self.printed), READY_S, "readiness")
        self.address, self.secret = match.groups()
        self.http = httpx.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.secret}"}, timeout=30)
        return self

    def wait(self, until: Callable[[], Any], seconds: float, what: str) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := until():
                return found
            time.sleep(0.1)
        logs = "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in self.library.logs.glob("*.log"))
        raise AssertionError(f"{what} did not come within {seconds} s\n{self.printed}\n{logs}")

    def drop(self, source: Path, name: str | None = None) -> str:
        """Copy a file into the inbox as a recorder would; its recording's id."""
        target = self.library.inbox / (name or source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden = target.with_name("." + target.name)
        shutil.copyfile(source, hidden)
        hidden.rename(target)
        return recording_id(source)

    def call(self, key: str) -> dict[str, Any]:
        try:
            answer = self.http.get(f"/api/v1/calls/{key}")
        except httpx.TransportError:
            return {"state": "waiting", "searchable": False}
        return answer.json() if answer.is_success else {"state": "waiting", "searchable": False}

    def searchable(self, key: str, seconds: float = 120.0) -> dict[str, Any]:
        def there() -> dict[str, Any] | None:
            found = self.call(key)
            return found if found["searchable"] else None

        return self.wait(there, seconds, f"call {key}")

    def child(self, name: str) -> psutil.Process:
        """The supervised process whose command names this module."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # it may be dying just now
                if name in child.cmdline():
                    return child
        raise AssertionError(f"no {name} among the children")

    def everyone(self) -> list[psutil.Process]:
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]

    def stop(self, how: signal.Signals = signal.SIGINT) -> float:
        """End it, and say how long that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return time.monotonic() - began


def runs(process: psutil.Process) -> bool:
    """Whether it does anything yet: what has ended waits as a zombie for whoever inherited it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def exemplar(data: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """A running Exemplar that is ready, and gone afterwards."""
    running = Running(data, *arguments, **environment)
    try:
        yield running.ready()
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGINT)
            try:
                running.process.wait(20)
            except subprocess.TimeoutExpired:
                running.process.kill()
