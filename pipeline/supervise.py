"""`exemplar up`: starts the Prefect server, the worker and the API, keeps them running, and ends them together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from pipeline import files
from pipeline.errors import BadSettings, Busy, ExemplarError, PortTaken
from pipeline.flows import prefect_settings
from pipeline.library import Library
from pipeline.settings import Settings, load

PORT = 8377
READY_WITHIN_S = 180.0
STOP_WITHIN_S = 8.0
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104  what to call from here


class StartFailed(ExemplarError):
    """Exemplar could not start."""

    advice = "The log of the part that failed is in the data folder, under logs/."


class AlreadyRunning(ExemplarError):
    """Exemplar is already running on this data folder."""

    advice = "Open the address above."


@dataclass
class Child:
    """One supervised process. Its standard input stays open as long as we live: it ends when that closes."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    falls: int = 0

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.arguments],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                env=self.environment,
                cwd=self.log.parent,
                start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
            )
        self.started_s = time.monotonic()

    def watch(self) -> None:
        """Start again what fell over, a little later each time."""
        if self.process and self.process.poll() is not None:
            if time.monotonic() - self.started_s > 60:
                self.falls = 0
            if time.monotonic() - self.started_s > min(30.0, 0.5 * 2**self.falls):
                self.falls += 1
                self.start()

    def tell_to_end(self) -> None:
        if self.process and self.process.poll() is None:
            with suppress(OSError):
                self.process.terminate()

    def end(self, within_s: float) -> None:
        if self.process:
            try:
                self.process.wait(max(0.1, within_s))
            except subprocess.TimeoutExpired:
                with suppress(OSError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def free_port(host: str, wanted: int | None) -> int:
    """The port that was asked for, else 8377 or the next free one. Raises PortTaken."""
    for port in [wanted] if wanted else [*range(PORT, PORT + 50), 0]:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if wanted:
                    raise PortTaken(f"{port}: {error.strerror}") from error
                continue
            return int(probe.getsockname()[1])
    raise PortTaken(str(wanted))


@dataclass
class Exemplar:
    """Everything `exemplar up` runs, for one data folder."""

    settings: Settings
    say: Callable[[str], None] = print
    given: dict[str, object] = field(default_factory=dict)  # by the command line, which wins over the file
    children: list[Child] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    address: str = ""
    port: int = 0

    def run(self, when_ready: Callable[[Exemplar], None] = lambda _: None) -> None:
        """Start, call `when_ready`, supervise until `stopped`. Raises AlreadyRunning, PortTaken, StartFailed."""
        library = Library(self.settings.data)
        library.prepare()
        try:
            lock = files.lock(library.run_lock)
            lock.__enter__()
        except Busy as error:
            running = library.running() or {}
            self.say(f"Exemplar is already running: {running.get('link', 'it is just starting')}")
            raise AlreadyRunning from error
        try:
            self._start(library)
            self._await_ready(library)
            if not self.stopped.is_set():
                when_ready(self)
            while not self.stopped.wait(0.5):
                if library.restart_asked():
                    self._again(library)
                for child in self.children:
                    child.watch()
        finally:
            if self.children:
                self.say("Stopping; unfinished work goes on at the next start.")
            self._end()
            library.announce(None)
            lock.__exit__(None, None, None)

    @property
    def link(self) -> str:
        """The address with its sign-in secret."""
        return f"{self.address}/?token={Library(self.settings.data).secret()}"

    def _again(self, library: Library) -> None:
        """End the parts and start them with the settings as they are now, at the same address where that is free."""
        try:
            self.settings = load(self.settings.data, **self.given)
        except BadSettings as error:
            self.say(f"{error} {error.advice} What runs goes on with the settings it has.")
            return
        self.say("Starting again with changed settings.")
        self._end()
        self._start(library)
        self._await_ready(library)
        if not self.stopped.is_set():
            self.say(f"Ready: {self.link}")

    def _start(self, library: Library) -> None:
        library.restart_asked()  # what was asked of an earlier run
        port = self.port = self._free_port()
        prefect_port = _another_port()
        environment = prefect_settings.environment(os.environ, library, prefect_port)
        plain = {key: value for key, value in environment.items() if not key.startswith("PREFECT_")}
        data = ["--data", str(library.root)]
        here = LOOPBACK.get(self.settings.host, self.settings.host)
        self.address = f"http://{here}:{port}"
        api = ["clips_api", *data, "--host", self.settings.host, "--port", str(port)]
        self.children = [
            Child("scheduler", ["pipeline.flows.server"], environment, library.logs / "scheduler.log"),
            Child("worker", ["pipeline.worker", *data], environment, library.logs / "worker.log"),
            Child("pages", api, plain, library.logs / "pages.log"),
        ]
        (library.root / "spool" / "progress.json").unlink(missing_ok=True)
        for child in self.children:
            _rotate(child.log)
            child.start()
        pids = {child.name: str(child.process.pid) for child in self.children if child.process}
        known = {"address": self.address, "link": self.link, "given": " ".join(self.given)}
        library.announce({**known, "pid": str(os.getpid()), **pids})

    def _free_port(self) -> int:
        if self.port and not self.settings.port:  # where browsers know us already
            with suppress(PortTaken):
                return free_port(self.settings.host, self.port)
        return free_port(self.settings.host, self.settings.port)

    def _await_ready(self, library: Library) -> None:
        """Pages answer, and the worker has its speech model or says why not."""
        deadline = time.monotonic() + READY_WITHIN_S
        wait = {"pages", "worker"}
        while wait and not self.stopped.wait(0.1):
            if time.monotonic() > deadline:
                raise StartFailed(f"no sign of life from: {', '.join(sorted(wait))}")
            for child in self.children:
                child.watch()
                if child.falls >= 3:
                    raise StartFailed(f"{child.name}: {_last_line(child.log)}")
            if "pages" in wait:
                with suppress(httpx.HTTPError):
                    if httpx.get(f"{self.address}/healthz", timeout=2).status_code == httpx.codes.OK:
                        wait.discard("pages")
            progress = library.progress() if "worker" in wait else None
            if progress and (progress.ready or progress.trouble):
                wait.discard("worker")

    def _end(self) -> None:
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in reversed(self.children):
            child.tell_to_end()
        for child in reversed(self.children):
            child.end(deadline - time.monotonic())


def _another_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rotate(log: Path) -> None:
    """Keep one older log, so that logs never fill a disk."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > 10 << 20:
            log.replace(log.with_suffix(".log.1"))


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no word of why"
