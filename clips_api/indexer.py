"""Keeps the index like the documents: a full look at start, then one call at a time as notes arrive.

The worker leaves a note whenever a call's documents, names or whereabouts change. Notes are polled rather than
watched: looking into an empty folder four times a second costs nothing and can't miss. What a lost note would hide,
a look at the shelves' times finds, and a full look at the next start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import duckdb

from clips_api import documents
from clips_api.index import writer
from clips_api.index.database import Database
from clips_api.index.rows import Rows, rows_of
from clips_api.store.judgements import Judgement
from pipeline.folder import CallFolder
from pipeline.library import Library

POLL = 0.25  # seconds between looks for notes
SHELVES = 2.0  # seconds between looks for calls that came or went without a note
AGAIN = 5.0  # seconds until a call that could not be indexed is tried again
TOGETHER = 32  # calls a transaction, to begin with
FEWEST, MOST = 4, 256
PACE = 0.5  # seconds a transaction may take: so long somebody waits whose call has just come
log = logging.getLogger(__name__)


class Indexer:
    """A thread that writes the index. Nothing else does."""

    def __init__(
        self,
        library: Library,
        database: Database,
        judged: Callable[[list[str]], list[Judgement]] = lambda calls: [],  # noqa: ARG005
    ) -> None:
        self.library = library
        self.database = database
        self.after: Callable[[list[str]], None] = _nobody  # told of calls once they can be found
        self._judged = judged  # what people say of the suggestions of some calls
        self._stop = threading.Event()
        self._again: dict[str, float] = {}
        self._waiting: dict[str, None] = {}  # calls to look at, the latest note last
        self._shelves: dict[str, int] = {}
        self._looked = 0.0
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction under way and end."""
        self._stop.set()
        self._thread.join(timeout=5)

    def rescan(self) -> int:
        """Index every call whose documents differ from what is indexed, drop those that are gone; how many changed.

        What came or changed meanwhile goes first: nobody waits for old calls to be read again.
        """
        known = {row["recording_id"]: row["stamp"] for row in self.database.written("stamps")}
        self._shelves, self._looked = self.library.shelf_times(), time.monotonic()
        found = {call.id: call for call in self._folders()}
        changed = [name for name, call in found.items() if known.get(name) != call.stamp()]
        for some in _batches([*changed, *(known.keys() - found.keys())]):
            if self._stop.is_set():
                return len(changed)
            self._replace(found, some)
            self.after(some)
            self._keep_up()
        self.database.finish()
        return len(changed)

    def refresh(self, ids: Iterable[str]) -> None:
        """Index these calls as they stand now, wherever they stand."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return
        try:
            for some in _batches(wanted):
                found = ((name, self.library.known(name)) for name in some)
                self._replace({name: call for name, call in found if call}, some)
                self.after(some)
        except Exception:  # the notes are taken: remember what they asked for
            self._again |= dict.fromkeys(wanted, time.monotonic() + AGAIN)
            raise

    # the thread

    def _run(self) -> None:
        first = True
        while not self._stop.is_set():
            try:
                if first or not self.database.sound():
                    if not self.database.sound():
                        log.warning("the index is gone or damaged: building it again")
                        self.database.replace()
                    started = time.monotonic()
                    changed = self.rescan()
                    log.info("indexed %d changed calls in %.1f s", changed, time.monotonic() - started)
                    first = False
                self._keep_up()
            except Exception:
                log.exception("indexing failed; it goes on in a moment")
                self._stop.wait(1.0)
            self._stop.wait(POLL)

    def _keep_up(self) -> None:
        """Index what changed until nothing waits, a few calls at a time: new ones first, and of those the latest."""
        while not self._stop.is_set():
            self._waiting |= dict.fromkeys(self._due())
            if not self._waiting:
                return
            waiting = list(reversed(self._waiting))
            done = {row["recording_id"] for row in self.database.written("done_of", ids=waiting)}
            waiting.sort(key=lambda name: name in done)
            some = waiting[:TOGETHER]
            for name in some:
                del self._waiting[name]
            self.refresh(some)

    def _due(self) -> list[str]:
        """The calls to look at now: notes, calls that came or went, failures whose time has come."""
        now = time.monotonic()
        late = [name for name, when in self._again.items() if when <= now]
        for name in late:
            del self._again[name]
        return [*self.library.to_index.take(), *late, *self._moved(now)]

    def _moved(self, now: float) -> list[str]:
        if now - self._looked < SHELVES:
            return []
        self._looked = now
        times = self.library.shelf_times()
        if times == self._shelves:
            return []
        self._shelves = times
        held = {row["recording_id"]: row["state"] == "quarantined" for row in self.database.written("stamps")}
        quarantined = {call.id for call in self.library.quarantined()}
        there = {call.id: call.id in quarantined for call in self._folders()}
        return [name for name in held.keys() | there.keys() if held.get(name) != there.get(name)]

    def _folders(self) -> Iterator[CallFolder]:
        yield from self.library.quarantined()
        yield from self.library.calls()

    def _replace(self, found: dict[str, CallFolder], ids: list[str]) -> None:
        try:
            writer.replace(self.database, ids, self._rows(found, ids))
        except duckdb.Error:
            raise
        except Exception:  # noqa: BLE001  whatever it is, the others go on
            for name in ids:
                self._alone(found, name)

    def _alone(self, found: dict[str, CallFolder], name: str) -> None:
        """Index one call of a batch that failed; the one at fault is tried again later."""
        try:
            writer.replace(self.database, [name], self._rows(found, [name]))
        except duckdb.Error:
            raise
        except Exception:
            log.exception("call %s could not be indexed; trying again in %g s", name, AGAIN)
            self._again[name] = time.monotonic() + AGAIN

    def _rows(self, found: dict[str, CallFolder], ids: list[str]) -> list[Rows]:
        here = (found[name] for name in ids if name in found)
        judged: dict[str, list[Judgement]] = {}
        for one in self._judged(ids):
            judged.setdefault(one.recording_id, []).append(one)
        return [
            rows_of(replace(documents.read(call, mask=self.database.mask), judged=tuple(judged.get(call.id, ()))))
            for call in here
            if call.exists()
        ]


def _batches(ids: list[str]) -> Iterator[list[str]]:
    """A transaction's worth of calls at a time: of short ones more, as each transaction costs something by itself."""
    first, many = 0, TOGETHER
    while first < len(ids):
        began = time.monotonic()
        yield ids[first : first + many]
        first += many
        many = min(MOST, many * 2) if time.monotonic() - began < PACE / 2 else many
        many = max(FEWEST, many // 2) if time.monotonic() - began > PACE else many


def _nobody(ids: list[str]) -> None:
    """Tells nobody."""
