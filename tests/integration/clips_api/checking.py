"""A check-in as its pages can be looked at: a team was asked when it last could be."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI

from clips_api import checkin
from clips_api.store import checkins, people
from clips_api.viewer import HOUSE
from pipeline.library import now


def path(app: FastAPI, team: str) -> str:
    """The link of somebody in a team, which is asked from now on."""
    parts = app.state.parts.asked_by(HOUSE)
    checkins.ask(parts.store, team, asks=True)
    at = now()
    assert any(checkin.ask(parts, at - timedelta(hours=hours)) for hours in range(7 * 24))
    (made, *_) = checkins.asked(parts.store, [one.id for one in people.find(parts.store)], at.date().min)
    return f"/q/{checkin.token(parts, made.seed)}/checkin"
