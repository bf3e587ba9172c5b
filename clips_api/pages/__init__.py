"""The pages: one module a page, each a router function, what it asks for, and a template."""

from __future__ import annotations

from fastapi import APIRouter

from clips_api.pages import (
    calibrate,
    call,
    calls,
    clip,
    deletion,
    judgements,
    library,
    playbook,
    playbook_draft,
    search,
    searches,
    shared,
    status,
    upload,
    vocabulary,
)

router = APIRouter(include_in_schema=False)
for part in (
    search,
    searches,
    calls,
    deletion,
    call,
    clip,
    shared,
    library,
    calibrate,
    judgements,
    status,
    playbook,
    playbook_draft,
    upload,
    vocabulary,
):
    router.include_router(part.router)
