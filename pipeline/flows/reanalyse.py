"""Re-reading: after another playbook was published, every call's analysis is made anew from its stored transcript.

The same look finds, at start, what a crash or an upgrade left undone. What needs more than the transcript goes to the
work queue, which new recordings go through as well: they never wait for re-reading.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from pipeline.flows.queue import WorkQueue
from pipeline.folder import CallFolder
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.reconcile import Reconciler, Stage

log = logging.getLogger("exemplar.worker")
LOOK_S = 1.0  # between two looks whether another playbook is in force
NOTE_S = 0.5  # between two notes of how far it is
FROM_TRANSCRIPT: tuple[Stage, ...] = ("analyse", "publish")


class Rereading:
    """Keeps every call's analysis made by what is in force today. `take_up` makes the reconciler use what is."""

    def __init__(
        self,
        library: Library,
        playbooks: Playbooks,
        reconciler: Reconciler,
        queue: WorkQueue,
        take_up: Callable[[], str],
    ) -> None:
        self._library = library
        self._playbooks = playbooks
        self._reconciler = reconciler
        self._queue = queue
        self._take_up = take_up

    def run(self, stop: threading.Event) -> None:
        """Look at every call, then again whenever something else is in force, until told to stop."""
        mark: str | None = None
        while not stop.is_set():
            found = self._mark()
            if found == mark:
                stop.wait(LOOK_S)
                continue
            try:
                version = self._take_up()
                pending = self._look(stop)
                if pending:
                    self._record(pending, version, partial(self._over, stop, found))
                elif not stop.is_set():
                    self._playbooks.note_reading(version, 0, 0)
                mark = found
            except Exception:
                log.exception("Calls could not be read again; it is tried again in a moment")
                stop.wait(LOOK_S)

    def _over(self, stop: threading.Event, mark: str) -> bool:
        return stop.is_set() or self._mark() != mark

    def _mark(self) -> str:
        """Changes whenever calls may have to be read again: by another playbook, or with other examples."""
        try:
            stat = self._library.examples.stat()
        except FileNotFoundError:
            return self._playbooks.mark()
        return f"{self._playbooks.mark()} {stat.st_mtime_ns} {stat.st_ino}"

    def _look(self, stop: threading.Event) -> list[CallFolder]:
        """The calls that need nothing but their transcript, the newest first; all others go to the queue."""
        pending: list[tuple[str, CallFolder]] = []
        for call in self._library.calls():
            if stop.is_set():
                return []
            try:
                wanted = self._reconciler.wants(call)
                recording = call.recording() if wanted and wanted[0] in FROM_TRANSCRIPT else None
            except Exception:
                log.exception("Looking at call %s", call.id)
                self._queue.add(call.id)  # so that its own trouble shows
                continue
            if recording is not None:
                pending.append((f"{recording.started_at or recording.arrived_at}", call))
            elif wanted:
                self._queue.add(call.id)
        return [call for _, call in sorted(pending, key=lambda one: one[0], reverse=True)]

    def _record(self, pending: list[CallFolder], version: str, over: Callable[[], bool]) -> None:
        """Read them again, as one run that Prefect's record shows."""
        name = f"{len(pending)} calls by playbook {version}"
        run = flow(name="re-reading", flow_run_name=name, persist_result=False, validate_parameters=False)(
            lambda: self._read(pending, version, over)
        )
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            run()

    def _read(self, pending: list[CallFolder], version: str, over: Callable[[], bool]) -> None:
        noted = 0.0
        for done, call in enumerate(pending):
            if over():
                return
            if time.monotonic() - noted >= NOTE_S:
                self._playbooks.note_reading(version, done, len(pending))
                noted = time.monotonic()
            try:
                for stage in FROM_TRANSCRIPT:
                    self._reconciler.run(stage, call)
            except Exception:
                log.exception("Reading call %s again", call.id)
                self._queue.add(call.id)
        self._playbooks.note_reading(version, len(pending), len(pending))
