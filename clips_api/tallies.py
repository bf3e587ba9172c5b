"""Demos and deals, entered by hand or as a table (CSV): rep, day, kind, number. The same twice changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

from clips_api import audit
from clips_api.deps import Parts
from clips_api.quiet import Quiet
from clips_api.render import counted
from clips_api.store import people
from clips_api.store import tallies as store
from clips_api.store.people import Person, Roster
from clips_api.store.tallies import Kept, Kind, Tally
from pipeline.errors import BadInput

MOST = 10_000  # of one kind on a day
LINES = 20_000  # of a table
FIRST = date(2000, 1, 1)
TOLD = 10  # lines at fault that are told
KINDS: dict[str, Kind] = {"demos": "demos", "demo": "demos", "deals": "deals", "deal": "deals"}
COLUMNS = {
    "rep": "rep",
    "name": "rep",
    "e-mail": "rep",
    "email": "rep",
    "day": "day",
    "date": "day",
    "kind": "kind",
    "what": "kind",
    "number": "number",
    "count": "number",
}
NEEDED = ("rep", "day", "kind", "number")


@dataclass(frozen=True)
class Told:
    """A number as somebody says it; `where` says which line of a table it stands on."""

    rep: str
    day: str
    kind: str
    number: str
    where: str = ""


class Faults(BadInput):
    """Some lines can't be taken, so nothing was kept."""

    advice = "Mend these lines and send the whole table again: what is there already stays as it is."

    def __init__(self, lines: Sequence[str]) -> None:
        more = f"; and {counted(len(lines) - TOLD, 'more line')}" if len(lines) > TOLD else ""
        super().__init__("; ".join(lines[:TOLD]) + more)
        self.lines = tuple(lines)


def enter(parts: Parts, told: Sequence[Told], at: datetime) -> Kept:
    """Write down what people say, all of it or nothing. Raises Faults, which names each that can't be taken."""
    if len(told) > LINES:
        raise BadInput(f"{len(told):,} lines at once are too many; {LINES:,} are taken")
    roster, faults = people.roster(parts.store), list[str]()
    given: dict[tuple[int, date, Kind], Tally] = {}
    first: dict[tuple[int, date, Kind], str] = {}
    for one in told:
        try:
            tally = _tally(parts, roster, one, at)
        except BadInput as error:
            faults.append(_at(one, error.detail))
            continue
        if tally.key in given:
            faults.append(_at(one, f"it stands there twice, first on {first[tally.key]}"))
        given[tally.key], first[tally.key] = tally, first.get(tally.key, one.where)
    if faults:
        raise Faults(faults)
    kept = store.keep(parts.store, list(given.values()))
    if kept.added or kept.changed:
        audit.note(parts, "changed", "tallies", f"{kept.added} added, {kept.changed} changed")
    return kept


def read(text: str) -> list[Told]:
    """The lines of a table. Raises BadInput where its first line does not name the columns, or it is no table."""
    plain = text.lstrip("\ufeff")
    if not plain.strip():
        raise BadInput("paste a table, or choose a file")
    first = plain.partition("\n")[0]
    table = csv.reader(StringIO(plain, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        columns = [COLUMNS.get(cell.strip().casefold()) for cell in next(table, [])]
        missing = [name for name in NEEDED if name not in columns]
        if missing:
            raise _unnamed(missing)
        rows = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(f"line {table.line_num}: {error}") from error
    found = []
    for line, row in rows:
        cells = {name: _cell(row, columns.index(name)) for name in NEEDED}
        found.append(Told(**cells, where=f"line {line}"))
    return found


def shown(parts: Parts, limit: int) -> list[tuple[Tally, Person]]:
    """What was entered last for those whom somebody may enter numbers for, the latest day first."""
    theirs = {one.id: one for one in whom(parts)}
    return [(one, theirs[one.person_id]) for one in store.find(parts.store, theirs, limit=limit)]


def whom(parts: Parts) -> list[Person]:
    """For whom this person may enter numbers: themself, and those whom they coach."""
    return [one for one in people.find(parts.store) if not one.left and _may(parts, one)]


def _may(parts: Parts, person: Person) -> bool:
    return person.id == parts.viewer.id or parts.viewer.coaches(person)


def _tally(parts: Parts, roster: Roster, told: Told, at: datetime) -> Tally:
    person = roster.person(told.rep) or roster.by_address(told.rep.strip())
    if person is None or person.left or not _may(parts, person):
        raise BadInput(f"{told.rep[:80]!r} is nobody of yours; write a name or an e-mail address as on the people page")
    kind = KINDS.get(told.kind.strip().casefold())
    if kind is None:
        raise BadInput(f"{told.kind[:40]!r} is neither demos nor deals")
    day = _day(told.day)
    if day > Quiet.of(parts.settings, person).here(at).date():
        raise BadInput(f"{day} is still to come")
    return Tally(person.id, day, kind, _number(told.number), parts.viewer.name, at)


def _at(one: Told, why: str) -> str:
    return f"{one.where}: {why}" if one.where else why


def _day(said: str) -> date:
    try:
        day = date.fromisoformat(said.strip())
    except ValueError:
        raise BadInput(f"{said[:40]!r} is no day; write it like 2026-11-20") from None
    if day < FIRST:
        raise BadInput(f"{day} is too long ago")
    return day


def _number(said: str) -> int:
    plain = said.strip()
    if not (plain.isascii() and plain.isdigit() and int(plain[:9]) <= MOST and len(plain) < 10):
        raise BadInput(f"{said[:40]!r} is no whole number from 0 to {MOST:,}")
    return int(plain)


def _unnamed(missing: Sequence[str]) -> BadInput:
    are = "is" if len(missing) == 1 else "are"
    return BadInput(f"the first line has to name the columns; {' and '.join(missing)} {are} not among them")


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
