"""What routers are given: everything the composition root built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from clips_api.cursors import Cursors
from clips_api.index.database import Database
from clips_api.index.search import Finder
from clips_api.indexer import Indexer
from clips_api.preview import Previewer
from clips_api.store.database import Store
from clips_api.waiting import Inbox
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The parts of a running application."""

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


def parts(request: Request) -> Parts:
    """The parts of the application that answers this request."""
    found: Parts = request.app.state.parts
    return found


Given = Annotated[Parts, Depends(parts)]
