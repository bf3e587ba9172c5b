"""What using an address leaves in the audit trail: the table footprints.yml, read just before the answer is given."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from clips_api import audit
from clips_api.audit import What
from clips_api.deps import Parts
from clips_api.viewer import Viewer
from pipeline.library import now

AGAIN = timedelta(minutes=10)  # the same look within this time is no other one: a player asks for its sound in pieces
LOOKS: tuple[What, ...] = ("saw", "heard")
MOST = 5000  # looks that are remembered


@cache
def table() -> dict[str, tuple[What, str]]:
    """For each "METHOD /route" the deed, and what it is about."""
    listed: dict[What, dict[str, str]] = yaml.safe_load(files("clips_api").joinpath("footprints.yml").read_text())
    return {route: (what, about) for what, routes in listed.items() for route, about in routes.items()}


class Footprints:
    """Writes them down, and remembers for a while who has looked at what. Threads may share it."""

    def __init__(self) -> None:
        self._looks: dict[tuple[int | None, What, str], datetime] = {}
        self._lock = threading.Lock()

    def leave(
        self, parts: Parts, viewer: Viewer, operation: str, named: dict[str, Any], at: datetime | None = None
    ) -> None:
        """Write down that somebody used an address. `named`: the parts of the address."""
        what, about = table().get(operation, (None, ""))
        if what is None:
            return
        thing = about.format(**named)
        if what in LOOKS and (_own(parts, viewer, thing) or self._looked((viewer.id, what, thing), at or now())):
            return
        audit.note(replace(parts, viewer=viewer), what, thing)

    def _looked(self, look: tuple[int | None, What, str], at: datetime) -> bool:
        """Whether this was looked at just now; if not, it is from here on."""
        with self._lock:
            last = self._looks.get(look)
            if last is not None and at - last < AGAIN:
                return True
            if len(self._looks) >= MOST:
                self._looks = {one: when for one, when in self._looks.items() if at - when < AGAIN}
            self._looks[look] = at
            return False


def _own(parts: Parts, viewer: Viewer, thing: str) -> bool:
    """Whether it is a call of their own, or they themselves."""
    kind, _, name = thing.partition("/")
    if viewer.person is None:
        return False
    if kind == "person":
        return name == str(viewer.id)
    row = parts.database.one("call", recording_id=name.partition("-")[0])
    whose = viewer.roster.person(row["rep"]) if row is not None else None
    return whose is not None and whose.id == viewer.id
