"""Saved searches as people make them: what is asked, and whom to tell."""

from __future__ import annotations

import inspect
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from pydantic import ValidationError, validate_call

from clips_api import clips, telling
from clips_api.deps import Parts
from clips_api.index.question import Question, moment
from clips_api.store import people, saved_searches
from clips_api.store.people import Roster
from clips_api.store.saved_searches import SavedSearch
from pipeline.errors import BadInput
from pipeline.library import now

_ask: Any = validate_call(clips.question)
MOST = 60  # parts of a query string
_WAY = re.compile(r"\s*\((e-mail|Slack)\)$", re.IGNORECASE)


def question(query: str) -> Question:
    """What the query string of a search asks for, read as the search page reads it. Raises BadInput."""
    known = inspect.signature(clips.question).parameters
    given = parse_qs(plain(query), max_num_fields=MOST)
    several = {name for name in given if isinstance(known[name].default, list)}
    try:
        found: Question = _ask(**{name: values if name in several else values[-1] for name, values in given.items()})
    except ValidationError as error:
        fault = error.errors()[0]
        raise BadInput(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error
    for name, day in (("since", found.since), ("until", found.until)):
        moment(day, name)
    return found


def plain(query: str) -> str:
    """A query string without what is empty or no part of the question."""
    known = inspect.signature(clips.question).parameters
    try:
        given = parse_qsl(query.lstrip("?"), max_num_fields=MOST)
    except ValueError as error:
        raise BadInput("that search has too many parts") from error
    return urlencode([(name, value) for name, value in given if name in known])


def keep(parts: Parts, name: str, query: str, tell: str, by: str) -> SavedSearch:
    """Save a search. Raises BadInput for a question or somebody to tell that can't be understood."""
    question(query)
    at = now()
    made = SavedSearch(named(name), plain(query), by, at, at, **addressed(people.roster(parts.store), tell))
    return saved_searches.save(parts.store, made, searchable(parts))


def named(name: str) -> str:
    """A name as it is kept. Raises BadInput where there is none."""
    found = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not found:
        raise BadInput("a saved search needs a name")
    return found


def addressed(roster: Roster, tell: str) -> dict[str, Any]:
    """The columns that say whom to tell, from what was typed: nobody, a person's name, an address. Raises BadInput."""
    text = " ".join(tell.split())
    if not text:
        return {"channel": None, "address": None, "person_id": None}
    chosen = _WAY.search(text)
    person = roster.person(_WAY.sub("", text)) or roster.by_address(text)
    if person is None:
        return {"channel": telling.channel_of(text), "address": text, "person_id": None}
    by_slack = text == person.slack or (chosen[1].lower() == "slack" if chosen else not person.email)
    if not (person.slack if by_slack else person.email):
        raise BadInput(f"{person.name} has no {'Slack id' if by_slack else 'e-mail address'}")
    return {"channel": "slack" if by_slack else "mail", "address": None, "person_id": person.id}


def whom(roster: Roster, saved: SavedSearch) -> str | None:
    """Who is told, as people would type it; None where nobody is (any more)."""
    if saved.person_id is None:
        return saved.address
    person = next((one for one in roster.people if one.id == saved.person_id), None)
    return f"{person.name} ({'Slack' if saved.channel == 'slack' else 'e-mail'})" if person else None


def address(roster: Roster, saved: SavedSearch) -> tuple[str, str] | None:
    """The channel and the address at which to tell of it today; None where nobody is told."""
    person = next((one for one in roster.people if one.id == saved.person_id), None)
    found = saved.address if person is None else person.slack if saved.channel == "slack" else person.email
    return (saved.channel, found) if saved.channel and found else None


def tellable(roster: Roster) -> list[str]:
    """Everybody who can be told, by each way there is."""
    return [
        f"{one.name} ({name})"
        for one in roster.people
        for name, there in (("e-mail", one.email), ("Slack", one.slack))
        if there
    ]


def searchable(parts: Parts) -> list[str]:
    """Every call whose tags can be searched now."""
    return [row["recording_id"] for row in parts.database.rows("stamps") if row["state"] == "done"]
