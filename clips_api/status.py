"""Where is my call? Every file ever seen, in four groups: needs you, waiting, hearing, done."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from clips_api import rights
from clips_api.answers import Listing, Status, Tracked, zoned
from clips_api.clips import Cursor, Limit
from clips_api.deps import Given, Parts
from clips_api.index.database import Row
from clips_api.index.search import page
from clips_api.problems import RESPONSES
from clips_api.queue import unheard
from clips_api.waiting import Lying
from pipeline.library import now
from pipeline.records import Doing, Progress
from pipeline.spool import ID

router = APIRouter(prefix="/api/v1/status", tags=["status"], responses=RESPONSES)

Group = Literal["needs_you", "waiting", "hearing", "done"]
STALE = timedelta(seconds=10)
LOOKED_AT = 200  # waiting calls of which it is looked up whether they were heard before
STATES = {"needs_you": ["quarantined", "unreadable"], "waiting": ["waiting", "heard"], "done": ["done"]}


@router.get("")
def show(parts: Given, limit: Annotated[int, Query(ge=1, le=200, description="Files a group.")] = 20) -> Status:
    """Where every file is. Each group shows its first files; `next` goes on at /api/v1/status/{group}."""
    return look(parts, limit)


@router.get("/{group}")
def go_on(parts: Given, group: Group, limit: Limit = 50, cursor: Cursor = None) -> Listing[Tracked]:
    """One group, page by page."""
    return listing(parts, group, limit=limit, cursor=cursor)


def look(parts: Parts, limit: int) -> Status:
    """All four groups, their first files each."""
    progress = parts.library.progress()
    running = progress is not None and now() - progress.at < STALE
    groups = {
        name: listing(parts, name, limit=limit, progress=progress)
        for name in ("needs_you", "waiting", "hearing", "done")
    }
    waits = any(item.waits for item in groups["waiting"].items)
    return Status(
        running=running,
        ready=running and progress is not None and progress.ready,
        trouble=progress.trouble if progress and running else None,
        indexing=not parts.database.complete(),
        busy=bool(groups["hearing"].items) or waits,
        **groups,
    )


def listing(
    parts: Parts, group: Group, *, limit: int, cursor: str | None = None, progress: Progress | None = None
) -> Listing[Tracked]:
    """A page of one group. Files that lie in the inbox come before calls; all of them stand on the first page."""
    progress = progress or parts.library.progress()
    doing = [one for one in progress.doing if one.stage != "waiting"] if progress else []
    if group == "hearing":
        there = rights.those_seen(parts, [one.id for one in doing])
        seen = [one for one in doing if one.id in there or parts.viewer.sees_all]
        return Listing(items=[_doing(parts, one) for one in seen], total=len(seen))
    queue = list(progress.queue) if progress else []
    again = _heard_again(parts, queue)
    lying = _lying(parts, group, {one.name for one in doing})
    asked = {"group": group}
    after, after_id = parts.cursors.read(asked, cursor)
    offset = 0
    if after_id and after_id.startswith("lying:"):
        offset, after, after_id = int(after_id[6:]), None, None
    elif after_id:
        offset = len(lying)
    here = lying[offset : offset + limit]
    room = limit - len(here)
    waiting = group == "waiting"
    rows = parts.database.rows(
        "group_of_calls",
        states=STATES[group],
        busy=[*(one.id for one in doing), *(() if waiting else again)],
        also=again if waiting else [],
        queue=queue if waiting else [],
        **parts.finder.sight.values,
        after=after,
        after_id=after_id,
        limit=room + 1,
    )
    found = (
        page(rows, room, lambda row: parts.cursors.make(asked, [row["rank"]], row["recording_id"])) if room else None
    )
    total = len(lying) + (rows[0]["total"] if rows else 0)
    goes_on = found.next if found else None
    if not room and (offset + len(here) < len(lying) or rows[0]["rank"] is not None):
        goes_on = parts.cursors.make(asked, [0.0], f"lying:{offset + len(here)}")
    calls = [_call(parts, row, group) for row in (found.rows if found else ())]
    return Listing(items=[*(_in_inbox(entry) for entry in here), *calls], next=goes_on, total=total)


def _lying(parts: Parts, group: Group, doing: set[str]) -> list[Lying]:
    if group == "done":
        return []
    lying = [
        entry for entry in parts.inbox.look() if entry.needs_you == (group == "needs_you") and entry.path not in doing
    ]
    # Taken in and left where it was, because its folder is kept or can't be written.
    rows = parts.database.rows("seen_as", paths=[entry.path for entry in lying]) if lying else ()
    taken = {(row["path"], row["bytes"]) for row in rows}
    return [entry for entry in lying if (entry.path, entry.bytes) not in taken]


def _in_inbox(entry: Lying) -> Tracked:
    return Tracked(
        key=f"inbox:{entry.path}",
        name=entry.path.rpartition("/")[2],
        names=[entry.path],
        at=entry.changed_at,
        why=entry.note,
        waits=entry.kind == "waiting",
    )


def _heard_again(parts: Parts, queue: list[str]) -> list[str]:
    """Those of the next calls that were heard before and wait to be heard anew."""
    calls = (parts.library.known(name) for name in queue[:LOOKED_AT])
    return [call.id for call in calls if call is not None and call.wants_hearing()]


def _asked(parts: Parts, recording_id: str) -> Literal["first", "cancel"] | None:
    """What was asked for and the worker has not taken up yet."""
    if (parts.library.to_cancel.path / recording_id).exists():
        return "cancel"
    return "first" if (parts.library.to_put_first.path / recording_id).exists() else None


def _doing(parts: Parts, one: Doing) -> Tracked:
    call = parts.library.known(one.id) if ID.fullmatch(one.id) else None
    return Tracked(
        key=f"doing:{one.id or one.name}",
        id=call.id if call else None,
        name=one.name.rpartition("/")[2],
        names=[one.name],
        at=one.since,
        stage=one.stage,
        percent=one.percent,
        left_s=one.left_s,
        why=one.trouble,
        cancel=call is not None and one.stage in ("read", "hear") and unheard(call),
        asked=_asked(parts, call.id) if call else None,
    )


def _call(parts: Parts, row: Row, group: Group) -> Tracked:
    waits = group == "waiting" and row["state"] != "heard"
    asked: Literal["first", "cancel", "retry"] | None = _asked(parts, row["recording_id"]) if waits else None
    if row["state"] == "unreadable":
        call = parts.library.known(row["recording_id"])
        asked = "retry" if call is not None and call.wants_hearing() else None
    return Tracked(
        key=f"call:{row['recording_id']}",
        id=row["recording_id"],
        name=row["filename"],
        names=row["paths"] or [],
        at=zoned(row["arrived_at"]),
        why=row["why"],
        advice=row["advice"],
        detail=row["detail"],
        retry=group == "needs_you",
        discard=row["state"] == "quarantined",
        place=row["place"] if waits else None,
        cancel=waits,
        asked=asked,
        rep=row["rep"],
        customer=row["customer"],
        duration_s=row["duration_s"],
        type=row["type"],
        moments=row["moments"],
        unclear=row["unclear"],
        waits=group == "waiting",
    )
