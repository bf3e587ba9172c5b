"""The composition root: settings in, application out. Nothing is built at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from clips_api import (
    calls,
    clips,
    findings,
    gate,
    judgements,
    pages,
    playbook,
    problems,
    queue,
    render,
    speakers,
    status,
    uploads,
    vocabulary,
)
from clips_api.cursors import Cursors
from clips_api.deps import Parts
from clips_api.index.database import Database
from clips_api.indexer import Indexer
from clips_api.preview import Previewer
from clips_api.store import judgements as said
from clips_api.store.database import Store
from clips_api.waiting import Inbox
from pipeline.library import Library
from pipeline.playbooks import Playbooks
from pipeline.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The API and the pages of one data folder. The index is opened, and the indexer runs, while it is served."""
    library = Library(settings.data)
    library.prepare()
    keys = gate.Keys(library.secret())

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        uploads.sweep(library)
        database = Database(library.index, mask=settings.mask)
        store = Store.at(library.records, settings.records_url)
        indexer = Indexer(library, database, lambda calls: said.find(store, calls=calls, kind="suggestion"))
        cursors = Cursors(keys.derive("cursors").encode())
        playbooks, previewer = Playbooks(library.playbooks, settings.playbook), Previewer(library.root)
        app.state.parts = Parts(
            settings, library, database, indexer, cursors, Inbox(library.inbox), store, playbooks, previewer
        )
        for name in findings.overlooked(store):
            library.to_index.leave(name)
        indexer.start()
        try:
            yield
        finally:
            previewer.cancel()
            indexer.stop()
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
    )
    app.state.templates = render.templates()
    app.add_middleware(gate.Gate, settings=settings, keys=keys)
    problems.install(app)
    for router in (
        calls.router,
        speakers.router,
        queue.router,
        clips.router,
        judgements.router,
        status.router,
        vocabulary.router,
        playbook.router,
        pages.router,
    ):
        app.include_router(router)
    app.mount("/static", render.static(), name="static")

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    return app


def _version() -> str:
    try:
        return version("exemplar")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"
