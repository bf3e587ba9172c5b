"""The worker: one long-lived process that watches the inbox and keeps every call's outputs up to date.

Started by pipeline/worker.py. Threads: one takes files in, several walk recordings through their flow (so that the
recogniser's batches are filled from several at a time), one watches for changes. Killed at any point, the next start
goes on from the files.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Literal

import httpx
import watchfiles
from prefect.client.orchestration import get_client
from prefect.exceptions import PrefectException

from pipeline import files, notify
from pipeline.analyse import Analyser, learnt
from pipeline.client import Client
from pipeline.ear import Ear
from pipeline.errors import (
    BadRecording,
    DiskTrouble,
    ExemplarError,
    NotFound,
    PrefectAway,
    SourceChanged,
    StillWriting,
    Stopping,
    Unforeseen,
)
from pipeline.flows import ingest, outbox, training, upkeep
from pipeline.flows.queue import WorkQueue
from pipeline.flows.reanalyse import Rereading
from pipeline.folder import CallFolder
from pipeline.inbox import Inbox
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.progress import Board
from pipeline.reconcile import Reconciler, Stage
from pipeline.sending import Sending
from pipeline.settings import Settings

log = logging.getLogger("exemplar.worker")
HANDS = 6  # recordings in work at a time
TROUBLE_S = 2.0
GRACE_S = 4.0


class Worker:
    """Puts the parts together and runs them until told to stop."""

    def __init__(self, conf: Settings, ear: Ear) -> None:
        self._conf = conf
        self.library = Library(conf.data)
        self.board = Board(self.library)
        self.ear = ear
        self.inbox = Inbox(self.library, conf)
        self.playbooks = Playbooks(self.library.playbooks, conf.playbook)
        self.reconciler = Reconciler(self.library, conf, self.ear, self._analyser(), self._report)
        self.flows = ingest.build(self.library, self.inbox, self.reconciler)
        self.queue = WorkQueue()
        self.rereading = Rereading(self.library, self.playbooks, self.reconciler, self.queue, self._take_up)
        self.sending = Sending(lambda: Client(self.library), notify.enabled(conf))
        self.stop = threading.Event()
        self._wake = threading.Event()

    def run(self) -> None:
        """Work until `stop` is set."""
        self.library.prepare()
        with files.lock(self.library.incoming, wait=True):
            threading.Thread(target=self._warm, daemon=True).start()
            self._until_prefect_answers()
            for work in (
                self._watch,
                self._intake,
                lambda: self.rereading.run(self.stop),
                lambda: outbox.run(self.sending, self.stop),
                lambda: training.run(lambda: Client(self.library), self.stop),
            ):
                threading.Thread(target=work, daemon=True).start()
            hands = [threading.Thread(target=self._hand, daemon=True) for _ in range(HANDS)]
            for hand in hands:
                hand.start()
            cancelled: set[str] = set()  # between two stages a call can't be stopped: it is tried again
            while not self.stop.wait(0.2):
                for recording_id in self.library.to_work.take():
                    self.queue.add(recording_id)
                for recording_id in self.library.to_put_first.take():
                    self.queue.put_first(recording_id)
                    self.ear.put_first(recording_id)
                cancelled |= set(self.library.to_cancel.take())
                cancelled -= {recording_id for recording_id in cancelled if self._cancel(recording_id)}
                self.board.queue = self.queue.order()
                self._write_board()
            self.queue.close()
            self.ear.close()
            for hand in hands:
                hand.join(GRACE_S)

    def _cancel(self, recording_id: str) -> bool:
        """Stop a call's hearing or take it off the queue; False where that must be tried again in a moment."""
        if not self.queue.remove(recording_id):
            return self.ear.cancel(recording_id)
        call = self.library.known(recording_id)
        if call is not None and call.reason() is None and (call.heard() is None or call.wants_hearing()):
            self.reconciler.cancel(call)
        return True

    def _write_board(self) -> None:
        try:
            self.board.write()
        except Exception:
            log.exception("Progress can't be written")

    def _until_prefect_answers(self) -> None:
        with get_client(sync_client=True) as client:
            while not self.stop.is_set():
                if client.api_healthcheck() is None:
                    break
                self._write_board()
                time.sleep(0.1)
            else:
                return
            try:
                upkeep.bury_dead(client)
                upkeep.prune(client)
            except Exception:
                log.exception("Prefect's old runs could not be tidied")

    def _analyser(self) -> Analyser:
        """What reads calls today: the playbook in force and, unless they are off, suggestions that learnt from it."""
        found = self.playbooks.in_force()
        if found.trouble:
            log.error("%s Calls are read by %s instead.", found.trouble, found.playbook.version)
        if not self._conf.suggestions:
            return Analyser(found.playbook, None)
        return Analyser(
            found.playbook, learnt(found.playbook, examples=self.library.examples, cache=self.library.suggester)
        )

    def _take_up(self) -> str:
        """Read calls by what is in force from now on; the playbook's version."""
        analyser = self._analyser()
        self.reconciler.use(analyser)
        return analyser.playbook.version

    def _warm(self) -> None:
        while not self.stop.is_set():
            try:
                self.ear.warm()
            except Stopping:
                return
            except ExemplarError as error:
                log.error("%s %s", error, error.advice)  # noqa: TRY400  the sentence says it all
                self.board.trouble = f"{error} {error.advice}"
                self.stop.wait(10)
            else:
                self.board.trouble = self.ear.note
                self.board.ready = True
                return

    def _watch(self) -> None:
        while not self.stop.is_set():
            try:
                for _ in watchfiles.watch(
                    self.library.inbox, stop_event=self.stop, debounce=100, step=50, recursive=True, watch_filter=None
                ):
                    self._wake.set()
            except (OSError, RuntimeError) as error:  # out of watches, or a file system without: rescans do it
                log.warning(
                    "Changes can't be watched (%s); the inbox is looked at every %s s", error, self._conf.rescan
                )
                return

    def _intake(self) -> None:
        recalled = False
        while not self.stop.is_set():
            self._wake.clear()
            try:
                if not recalled:
                    self.inbox.recall()
                    recalled = True
                arrivals, unsettled = self.inbox.scan()
            except Exception as error:
                log.exception("Looking into the inbox")
                self._trouble(DiskTrouble(f"the inbox: {error}") if isinstance(error, OSError) else _named(error))
                self.stop.wait(TROUBLE_S)
                continue
            for arrival in arrivals:
                if self.stop.is_set():
                    return
                try:
                    call, _new = self.flows.take_in(arrival)
                    self.library.to_index.leave(call.id)
                    self.queue.add(call.id)
                    self._trouble(None)
                except (SourceChanged, StillWriting):
                    unsettled += 1
                except DiskTrouble as error:
                    self._trouble(error)
                    self.stop.wait(TROUBLE_S)
                except Exception as error:
                    log.exception("Taking in %s", arrival.look.name)
                    self._trouble(_named(error))
                    unsettled += 1
                    self.stop.wait(TROUBLE_S)
            if unsettled:
                self.stop.wait(self._conf.settle)
            else:
                self._wake.wait(self._conf.rescan)

    def _hand(self) -> None:
        while (recording_id := self.queue.take()) is not None:
            try:
                call = self.library.call(recording_id)
                self.board.start(recording_id, call.name)
                self.flows.process(recording_id, call.name)
                if self.reconciler.wants(call):
                    self.queue.add(recording_id)
                self.queue.done(recording_id)
                self._trouble(None)
            except (BadRecording, NotFound, FileNotFoundError):
                self.queue.done(recording_id)
            except Stopping:
                return
            except Exception as error:
                if self.stop.is_set():
                    return
                log.exception("Working on call %s", recording_id)
                self._trouble(_named(error))
                self.queue.failed(recording_id)
            finally:
                self.board.end(recording_id)

    def _trouble(self, error: ExemplarError | None) -> None:
        self.board.trouble = f"{error} {error.advice}" if error else self.ear.note

    def _report(self, call: CallFolder, stage: Stage | Literal["waiting"], share: float | None) -> None:
        recording = call.recording() if not share else None
        self.board.stage(call.id, stage, share, recording.duration_s if recording else None)


def _named(error: Exception) -> ExemplarError:
    """The trouble behind an exception that no stage foresaw: Prefect's, or one of our own making."""
    if isinstance(error, ExemplarError):
        return error
    away = isinstance(error, (httpx.HTTPError, PrefectException)) or "reach API" in str(error)
    return (PrefectAway if away else Unforeseen)(f"{type(error).__name__}: {str(error)[:120]}")
