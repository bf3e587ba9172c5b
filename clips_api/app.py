"""The composition root: settings in, application out. Nothing is built at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI

from clips_api import access, findings, gate, matching, problems, render, uploads, vocabulary
from clips_api.cursors import Cursors
from clips_api.deps import Parts
from clips_api.index.database import Database
from clips_api.index.search import Finder
from clips_api.indexer import Indexer
from clips_api.keyring import Keys
from clips_api.pages import checkin, door, practice
from clips_api.preview import Previewer
from clips_api.routes import routes
from clips_api.store import judgements as said
from clips_api.store import people as known
from clips_api.store.database import Store
from clips_api.throttle import Throttle
from clips_api.waiting import Inbox
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The API and the pages of one data folder. The index is opened, and the indexer runs, while it is served."""
    library = Library(settings.data)
    library.prepare()
    keys = Keys(library.secret())

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        uploads.sweep(library)
        database = Database(library.index, mask=settings.mask)
        store = Store.at(library.records, settings.records_url)
        indexer = Indexer(library, database, lambda calls: said.find(store, calls=calls))
        cursors = Cursors(keys.derive("cursors").encode())
        names = vocabulary.Spellings(vocabulary.file_in(library.root))
        finder = Finder(database, cursors, names.read, lambda team: in_team(database, store, team))
        playbooks, previewer = Playbooks(library.playbooks, settings.playbook), Previewer(library.root)
        app.state.parts = Parts(
            settings, library, database, indexer, cursors, finder, Inbox(library.inbox), store, playbooks, previewer
        )
        for name in findings.overlooked(store):
            library.to_index.leave(name)
        watch = matching.Watch(app.state.parts)
        indexer.after = watch.add
        indexer.start()
        watch.start()
        try:
            yield
        finally:
            previewer.cancel()
            indexer.stop()
            watch.stop()
            database.close()
            store.close()

    app = FastAPI(
        title="Exemplar",
        version=_version(),
        description="Calls, clips and where every recording is. Sign in with the secret as a bearer token.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=running,
        routes=routes(),
        dependencies=[Depends(access.allowed)],
    )
    app.state.templates = render.templates()
    app.state.throttle = Throttle()
    app.add_middleware(gate.Gate, settings=settings, keys=keys)
    problems.install(app)
    door.install(app)
    practice.install(app)
    checkin.install(app)
    app.mount(f"/static/{render.static_version()}", render.static())
    app.mount("/static", render.static(), name="static")

    return app


def in_team(database: Database, store: Store, team: str) -> list[str]:
    """The reps in use whom the roster counts among a team, as recordings name them."""
    roster = known.roster(store)
    return [row["name"] for row in database.rows("reps") if roster.is_in(row["name"], team)]


def _version() -> str:
    try:
        return version("exemplar")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"
