"""What stands beside a call: notes about it, and what its rep contests."""

from __future__ import annotations

from dataclasses import dataclass

from clips_api import coaching, contests
from clips_api.contests import Contestable
from clips_api.deps import Parts
from clips_api.index.rows import Documents
from clips_api.store import contests as contested
from clips_api.store import notes as store
from clips_api.store.contests import Contest
from clips_api.store.notes import Note


@dataclass(frozen=True)
class Beside:
    """What a call's page shows of coaching: notes about it, and what its rep contests or may contest."""

    call: str
    notes: list[Note]
    may_write: bool
    review: bool  # a colleague gave this call to be reviewed
    contests: list[Contest]
    contestable: list[Contestable]

    @property
    def offered(self) -> set[str]:
        """What may be contested, as its form names it."""
        return {one.key for one in self.contestable}

    @property
    def waiting(self) -> dict[str, int]:
        """The contests that nobody has decided, by what they are about."""
        return {" ".join(part for part in one.place if part): one.id for one in self.contests if one.upheld is None}


def beside(parts: Parts, call: Documents) -> Beside:
    """What a call's page shows of coaching."""
    rep = call.recording.rep if call.recording is not None else None
    own, writes = contests.may_contest(parts, rep), coaching.may_write(parts, call.id)
    open_ones = {one.place for one in contested.find(parts.store, calls=[call.id], waiting=True)}
    offered = [one for one in contests.contestable(call) if own and (one.what, one.tag, one.sentence) not in open_ones]
    return Beside(
        call=call.id,
        notes=store.find(parts.store, coaching.scope(parts), call=call.id),
        may_write=writes and not own,
        review=writes and not parts.viewer.may("manager"),
        contests=contests.seen(parts, call.id),
        contestable=offered,
    )
