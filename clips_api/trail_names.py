"""What people call the things that the trail names by number: assignment/5 is “Before you answer” for Ida."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from clips_api.deps import Parts
from clips_api.goals import titled
from clips_api.render import day
from clips_api.store import assignments, consents, contests, goals, wins
from clips_api.store.audit import Deed
from clips_api.store.database import Store
from pipeline.errors import NotFound

NAMED = re.compile(r"\b(?:person|call|clip|quiz|lesson|module|assignment|consent|contest|goal|win)/[0-9a-f][0-9a-f-]*")


def names(parts: Parts, deeds: Iterable[Deed]) -> dict[str, str]:
    """By how the trail names them; what is gone, or has no name, is left out."""
    mentioned = {about for deed in deeds for about in NAMED.findall(f"{deed.about} {deed.detail}")}
    people = {f"person/{one.id}": one.name for one in parts.viewer.roster.people}
    with parts.store.read() as connection:
        lessons, quizzes = assignments.titles(connection)
    titles = {f"{kind}/{number}": f"“{title}”" for kind in ("lesson", "module") for number, title in lessons.items()}
    titles |= {f"quiz/{number}": f"“{title}”" for number, title in quizzes.items()}
    known = people | titles
    found = {}
    for about in mentioned:
        name = known.get(about) or _name(parts, about, known)
        if name is not None:
            found[about] = name
    return found


def told(detail: str, known: dict[str, str]) -> str:
    """What was written down of a deed, with names in place of numbers."""
    return NAMED.sub(lambda one: known.get(one[0], one[0]), detail)


def _name(parts: Parts, about: str, known: dict[str, str]) -> str | None:
    kind, _, rest = about.partition("/")
    if kind in ("call", "clip"):
        return _call(parts, kind, rest)
    with suppress(NotFound, ValueError):
        if kind == "assignment":
            return _assignment(parts, int(rest), known)
        return _NUMBERED[kind](parts.store, int(rest)) if kind in _NUMBERED else None
    return None


_NUMBERED: Mapping[str, Callable[[Store, int], str]] = {
    "consent": lambda store, number: f"a clip of {consents.one(store, number).rep or 'somebody'}",
    "contest": lambda store, number: f"what {contests.one(store, number).by} contests",
    "goal": lambda store, number: f"the goal “{titled(goals.one(store, number))}”",
    "win": lambda store, number: f"a win of {wins.one(store, number).rep or 'somebody'}",
}


def _assignment(parts: Parts, number: int, known: dict[str, str]) -> str | None:
    given = assignments.get(parts.store, number)
    if given is None:
        return None
    what = f"lesson/{given.module_id}" if given.module_id is not None else f"quiz/{given.quiz_id}"
    return f"{known.get(what, what)} for {known.get(f'person/{given.person_id}', 'somebody')}"


def _call(parts: Parts, kind: str, rest: str) -> str | None:
    row = parts.database.one("call", recording_id=rest[:16])
    if row is None:
        return None
    return f"{kind}: {row['customer'] or 'customer unknown'} · {row['rep'] or 'rep unknown'} · {day(row['started_at'])}"
