"""Every route of the API and of the pages, put together once a process: FastAPI takes a second to prepare them."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from starlette.routing import BaseRoute

from clips_api import (
    access,
    assignments,
    backup,
    calls,
    changes,
    checkins,
    clips,
    collections,
    consents,
    contests,
    deletion,
    digests,
    goals_shown,
    judgements,
    listening,
    modules,
    notes,
    outbox,
    packs,
    pages,
    peers,
    people,
    playbook,
    practices,
    queue,
    quizzes,
    reminding,
    searches,
    sessions,
    sharing,
    sign_in,
    speakers,
    status,
    teams,
    tokens,
    trail,
    vocabulary,
    win_routes,
)
from clips_api.exports import routes as exports


@cache
def routes() -> list[BaseRoute]:
    """The routes, each of which asks first who may use it."""
    whole = APIRouter(dependencies=[Depends(access.allowed)])
    for router in (
        calls.router,
        speakers.router,
        queue.router,
        deletion.router,
        collections.router,
        collections.counter,
        clips.router,
        listening.router,
        packs.router,
        sharing.router,
        judgements.router,
        status.router,
        vocabulary.router,
        playbook.router,
        people.router,
        sign_in.router,
        sessions.router,
        tokens.router,
        trail.router,
        searches.router,
        outbox.router,
        backup.router,
        assignments.router,
        reminding.router,
        practices.router,
        modules.router,
        quizzes.router,
        notes.router,
        contests.router,
        peers.router,
        consents.router,
        changes.router,
        win_routes.router,
        digests.router,
        teams.router,
        goals_shown.router,
        checkins.router,
        exports.router,
        pages.router,
    ):
        whole.include_router(router)

    @whole.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    return whole.routes
