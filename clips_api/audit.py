"""The trail: who saw, heard, shared, changed and deleted what."""

from __future__ import annotations

from typing import Literal

from clips_api.deps import Parts
from clips_api.store import audit as store
from pipeline.library import now

What = Literal["saw", "heard", "shared", "sent", "changed", "deleted", "signed in", "signed out"]


def note(parts: Parts, what: What, about: str, detail: str = "") -> None:
    """Write down what this person did. `about`: call/0123…, clip/…, note/3, person/7."""
    viewer = parts.viewer
    store.add(parts.store, by=viewer.name, person_id=viewer.id, what=what, about=about, detail=detail, at=now())
