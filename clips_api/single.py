"""Figures of a single rep: their own are always theirs; others see them only where the rep's team names reps."""

from __future__ import annotations

from collections.abc import Iterable

from clips_api.deps import Parts
from clips_api.store import people, team_choices
from clips_api.store.people import Roster, folded
from pipeline.errors import NotAllowed


class FiguresOff(NotAllowed):
    """Figures of single reps are off here."""

    advice = "An admin can turn them on for a team, at the foot of its team page."


def shown(parts: Parts, reps: Iterable[str], roster: Roster | None = None) -> set[str]:
    """Those of some reps, as recordings or people call them, whose figures whoever asks sees alone."""
    known, chosen = roster or people.roster(parts.store), team_choices.every(parts.store)
    naming = {team for team, choices in chosen.items() if choices.names_reps}
    found = set()
    for rep in reps:
        person = known.person(rep)
        own = person is not None and person.id == parts.viewer.id
        if own or folded((person.team if person is not None else None) or "") in naming:
            found.add(rep)
    return found


def check(parts: Parts, rep: str | None) -> None:
    """Raise FiguresOff where one rep is asked for whose figures whoever asks doesn't see alone."""
    if rep and rep not in shown(parts, [rep]):
        raise FiguresOff
