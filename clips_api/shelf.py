"""Shelving clips: put into a collection with their words of today, shown with what is known of their calls today."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from clips_api import documents
from clips_api.clips import resolve
from clips_api.consents import ask
from clips_api.deps import Parts
from clips_api.masking import hide
from clips_api.store import consents, kept, uses
from clips_api.store.kept import Held, Kept
from clips_api.words import folded
from pipeline.errors import NotFound
from pipeline.library import now


@dataclass(frozen=True)
class Shelved:
    """A kept clip as it can be shown: whose call it was by what is known today, and whether it can be played."""

    clip: Kept
    uses: int
    there: bool  # whether its call is
    playable: bool


def keep(parts: Parts, number: int, clip_id: str, why: str, *, anyway: bool = False) -> tuple[Kept, list[Held]]:
    """Put a clip, with its words as they are today, into a collection. Raises NotFound, KeptAlready."""
    clip = resolve(parts, clip_id)
    same = clip.model_dump(include={"recording_id", "speaker", "quote", "reply", "reply_speaker", "tag", "rep"})
    found = Kept(
        collection_id=number,
        clip_id=clip.id,
        **same,
        start_s=clip.start,
        end_s=clip.end,
        customer=clip.customer,
        started_at=clip.started_at,
        why=why,
        folded=f"{folded(clip.quote).strip()} {folded(clip.reply or '').strip()}".strip(),
        by=parts.viewer.name,
        at=now(),
    )
    added = kept.add(parts.store, found, anyway=anyway)
    ask(parts, clip.id)  # the library is for all: its rep is asked first
    return added


def shelf(parts: Parts, number: int) -> list[Shelved]:
    """What a collection holds, in its order."""
    return present(parts, kept.find(parts.store, number))


def present(parts: Parts, found: list[Kept]) -> list[Shelved]:
    """Kept clips with what holds today: who was on the call, how often they were used, personal data hidden."""
    counted = uses.counts(parts.store, [one.clip_id for one in found])
    shown = []
    for one in found:
        if not (parts.viewer.sees(one.rep) or consents.agreed(parts.store, one.clip_id)):
            continue  # nobody but they and who coaches them, until they agree
        about: dict[str, Any] = {}
        recording = None
        with suppress(NotFound):
            recording = documents.described(parts.library.call(one.recording_id))
        if recording is not None:
            about = recording.model_dump(include={"rep", "customer"})
        if parts.settings.mask:
            about |= {"quote": hide(one.quote), "reply": hide(one.reply) if one.reply else None}
        there = recording is not None
        shown.append(
            Shelved(replace(one, **about), counted.get(one.clip_id, 0), there, there and one.start_s is not None)
        )
    return shown


def titles(parts: Parts, clips: Iterable[str]) -> dict[str, list[str]]:
    """In which collections each of some clips is kept; clips that are in none are left out."""
    found: dict[str, list[str]] = {}
    for one in kept.holding(parts.store, clips=list(clips)):
        found.setdefault(one.clip.clip_id, []).append(one.title)
    return found
