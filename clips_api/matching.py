"""Saved searches at work: what each finds in new calls, gathered into one message for whoever is to be told."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from clips_api import saved
from clips_api.deps import Parts
from clips_api.index.database import Row
from clips_api.index.question import Question
from clips_api.spans import Span
from clips_api.store import outbox, people, saved_searches
from clips_api.store.database import Store
from clips_api.store.outbox import Entry
from clips_api.store.people import Roster
from clips_api.store.saved_searches import SavedSearch
from clips_api.viewer import HOUSE, NOBODY, OWNER, Viewer
from pipeline.errors import BadInput, NotFound
from pipeline.library import now

QUIET = timedelta(seconds=60)  # without another match, after which people are told
LONGEST = timedelta(minutes=10)  # for which the first match waits for others
NAMED = 50  # clips that a row of the outbox names; the others are counted
A_PAGE = 200
A_BATCH = 500  # calls that are looked at together
log = logging.getLogger(__name__)


def matches(parts: Parts, recording_ids: Collection[str], at: datetime | None = None) -> int:
    """Look what saved searches find in calls that can be searched now, and have people told; how many clips are new.

    A call that could be searched before a search was saved is never new to it. A clip is found once: another analysis
    of its call, which may move its ends a little, doesn't find it again.
    """
    when = at or now()
    rows = [parts.database.one("call", recording_id=name) for name in dict.fromkeys(recording_ids)]
    calls = {row["recording_id"]: row for row in rows if row is not None and row["state"] == "done"}
    if not calls:
        return 0
    with parts.store.read() as connection:
        since = saved_searches.since(connection, calls)
        searches = saved_searches.all_of(connection)
    roster = people.roster(parts.store)
    found: dict[int, list[Row]] = {}
    for one in searches:
        new = [calls[name] for name in calls if since.get(name, when) > one.created_at]
        found[one.id] = _found(parts.asked_by(_who(roster, one)), one, new)
    with parts.store.write() as connection:
        saved_searches.know(parts.store, connection, calls, when)
        look = _Round(parts.store, connection, roster, when)
        # as they stand by now: one may be paused or gone since we asked
        return sum(look.note(one, found.get(one.id, [])) for one in saved_searches.all_of(connection))


def catch_up(parts: Parts) -> int:
    """Look at every call that came while nobody did: after a crash, or while the records were away."""
    searchable = saved.searchable(parts)
    with parts.store.read() as connection:
        known = saved_searches.known(connection)
    return matches(parts, [name for name in searchable if name not in known])


class Watch:
    """A thread that looks at calls as they become searchable, so that indexing never waits for it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._calls: queue.SimpleQueue[list[str] | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saved searches", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stop.set()
        self._calls.put(None)
        self._thread.join(timeout=5)

    def add(self, recording_ids: Iterable[str]) -> None:
        """These calls were just indexed."""
        self._calls.put(list(recording_ids))

    def _run(self) -> None:
        behind = True  # whether calls may have come unseen
        while not self._stop.is_set():
            try:
                if behind and self._parts.database.complete():
                    catch_up(self._parts)
                    behind = False
                calls = self._calls.get(timeout=1.0 if behind else None)
                if calls is not None and not self._stop.is_set():
                    matches(self._parts, calls)
            except queue.Empty:
                continue
            except Exception:
                log.exception("saved searches could not be looked at; it is tried again in a moment")
                behind = True
                self._stop.wait(2.0)


def _who(roster: Roster, search: SavedSearch) -> Viewer:
    """Who saved a search: it finds what they would, and nothing any more once they have left."""
    if search.by == OWNER:
        return HOUSE
    person = next((one for one in roster.people if one.name == search.by and not one.left), None)
    return Viewer(person.role, person, roster) if person is not None else NOBODY


def _found(parts: Parts, search: SavedSearch, calls: list[Row]) -> list[Row]:
    """What a search finds in some calls."""
    try:
        asked = replace(saved.question(search.query), sort="newest")
        ids = [call["recording_id"] for call in calls]
        return [
            row
            for first in range(0, len(ids), A_BATCH)
            for row in _in_calls(parts, asked, ids[first : first + A_BATCH])
        ]
    except BadInput:
        log.exception("the saved search %d can't be asked any more", search.id)
        return []


def _in_calls(parts: Parts, asked: Question, ids: list[str]) -> Iterator[Row]:
    """The same in a few calls."""
    cursor = None
    while True:
        page = parts.finder.search(replace(asked, calls=tuple(ids)), limit=A_PAGE, cursor=cursor)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


@dataclass(frozen=True)
class _Round:
    """One look at some calls, in one transaction."""

    store: Store
    connection: Connection
    roster: Roster
    at: datetime

    def note(self, search: SavedSearch, rows: list[Row]) -> int:
        """Write down what is new among what a search found, and have somebody told; how many clips that is."""
        before = saved_searches.matched(self.connection, search, {row["recording_id"] for row in rows})
        new = {row["id"]: row["recording_id"] for row in rows if not any(_same(row["id"], one) for one in before)}
        if new:
            saved_searches.match(self.connection, search, new.items(), self.at)
            if not search.paused:
                self._tell(search, list(new))
        return len(new)

    def _tell(self, search: SavedSearch, found: list[str]) -> None:
        """Add to the message that waits already, else begin one."""
        to = saved.address(self.roster, search)
        if to is None:
            return
        waits = outbox.open_about(self.connection, search.about, *to)
        if waits is not None:
            clips, count = [*waits.payload["clips"], *found][:NAMED], waits.payload["count"] + len(found)
            due_at = min(self.at + QUIET, waits.created_at + LONGEST)
            outbox.change_open(self.connection, waits, waits.payload | {"clips": clips, "count": count}, due_at)
            return
        payload = {"search": search.id, "clips": found[:NAMED], "count": len(found)}
        key, message_id = f"{search.about}/{found[0]}", uuid4().hex
        entry = Entry("search", search.about, *to, payload, key, message_id, self.at, self.at + QUIET)
        outbox.write(self.store, self.connection, entry)


def _same(clip: str, other: str) -> bool:
    """Whether two clips are of the same words: they overlap."""
    if clip == other:
        return True
    try:
        one, two = Span.parse(clip), Span.parse(other)
    except NotFound:  # without times a clip is the same only where its id is
        return False
    return one.recording_id == two.recording_id and one.start < two.end and two.start < one.end
