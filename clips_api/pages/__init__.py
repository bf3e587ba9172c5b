"""The pages: one module a page, each a router function, what it asks for, and a template."""

from __future__ import annotations

from fastapi import APIRouter

from clips_api.pages import (
    calibrate,
    call,
    calls,
    judgements,
    playbook,
    playbook_draft,
    search,
    status,
    upload,
    vocabulary,
)

router = APIRouter(include_in_schema=False)
for part in (search, calls, call, calibrate, judgements, status, playbook, playbook_draft, upload, vocabulary):
    router.include_router(part.router)
