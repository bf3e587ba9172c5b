"""The digest's switch on the account page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from clips_api import digests
from clips_api.deps import Given

router = APIRouter(prefix="/account/digest")


@router.post("")
def choose(parts: Given, wanted: Annotated[str, Form(pattern="^[01]$")]) -> RedirectResponse:
    """Turn one's own on or off."""
    digests.keep(parts, wanted=wanted == "1")
    return RedirectResponse("/account#digest", 303)
