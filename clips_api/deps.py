"""What routers are given: everything the composition root built."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request

from clips_api.cursors import Cursors
from clips_api.index.database import Database
from clips_api.index.search import Finder
from clips_api.indexer import Indexer
from clips_api.preview import Previewer
from clips_api.store.database import Store
from clips_api.viewer import EVERYTHING, HOUSE, NOBODY, Viewer
from clips_api.waiting import Inbox
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The parts of a running application, as they are given to one who asks: `finder` finds only what they may see."""

    settings: Settings
    library: Library
    database: Database
    indexer: Indexer
    cursors: Cursors
    finder: Finder
    inbox: Inbox
    store: Store
    playbooks: Playbooks
    previewer: Previewer
    viewer: Viewer = HOUSE

    def asked_by(self, viewer: Viewer) -> Parts:
        """The same for somebody else."""
        if viewer.sees_all:
            return replace(self, viewer=viewer, finder=replace(self.finder, sight=EVERYTHING))
        sight = viewer.sight(row["name"] for row in self.database.rows("reps"))
        return replace(self, viewer=viewer, finder=replace(self.finder, sight=sight))


def parts(request: Request) -> Parts:
    """The parts of the application that answers this request, for whoever sent it."""
    found: Parts = request.app.state.parts
    return found.asked_by(getattr(request.state, "viewer", None) or NOBODY)


Given = Annotated[Parts, Depends(parts)]
