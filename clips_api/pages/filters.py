"""The filters of the search page: of each what can be chosen, with the number of clips it would leave."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from clips_api.index.facets import DAYS, LENGTHS, SCORES
from clips_api.index.question import Question
from clips_api.render import day, label
from clips_api.store.people import Roster

FIRST = 8  # kinds of what was said that stand in one line
SIDES = {"customer": "the customer", "rep": "the rep", "unknown": "not known who"}
ORDERS = {"relevance": "best match", "newest": "newest", "best": "best handled"}
PARTS = ("acknowledge", "explore", "respond", "confirm")
SHOWN = ("q", "tag", "rep", "team", "speaker", "sort", "calls")  # the others are folded away

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Choice:
    """One value of a filter, how many clips it would leave, and where choosing it (or unchoosing it) leads.

    `sets`: the same as a query string of what changes alone, what is taken away being empty. The page's script goes by
    that, since more may have been chosen or typed by the time this is.
    """

    value: str
    name: str
    clips: int | None
    chosen: bool
    href: str
    sets: str = ""


@dataclass(frozen=True)
class Filters:
    """What can be chosen, each filter's choices in the order in which they are shown."""

    tags: list[Choice]
    other_tags: list[Choice]
    reps: list[Choice]
    teams: list[Choice]
    speakers: list[Choice]
    orders: list[Choice]
    parts: list[Choice]
    scores: list[Choice]
    missed: list[Choice]
    days: list[Choice]
    lengths: list[Choice]
    sources: list[Choice]
    reviewed: list[Choice]
    folded: int  # how many are set of those that are folded away

    @classmethod
    def of(cls, asked: Question, counts: Counts, roster: Roster) -> Filters:
        """From what is asked and what `Finder.counts` says of it."""
        tags = _values(asked, "tag", counts, label)
        shown = [tag for tag in tags if tag.value.startswith("objection.")] or tags
        return cls(
            tags=shown[:FIRST],
            other_tags=[tag for tag in tags if tag not in shown[:FIRST]],
            reps=_reps(asked, counts, roster),
            teams=_teams(asked, counts, roster),
            speakers=[one for side in SIDES if (one := _side(asked, counts, side)).clips or one.chosen],
            orders=[_choice(asked, None, name, sort=value) for value, name in ORDERS.items()],
            parts=[one for part in PARTS if (one := _part(asked, counts, part)).clips or one.chosen],
            scores=_scores(asked, counts),
            missed=_values(asked, "missed", counts, label),
            days=_days(asked, counts),
            lengths=_lengths(asked, counts),
            sources=_values(asked, "source", counts, str),
            reviewed=_reviewed(asked, counts),
            folded=sum(
                getattr(asked, field.name) != field.default for field in fields(Question) if field.name not in SHOWN
            ),
        )


def address(asked: Question, **changes: Any) -> str:
    """The address of a search, some of it changed; what is empty is left out."""
    values = _plain({field.name: getattr(asked, field.name) for field in fields(Question)} | changes)
    given = {name: value for name, value in values.items() if value}
    return "/search?" + urlencode(given, doseq=True) if given else "/search"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Fields as an address has them: what is as usual is empty."""
    usual = Question()
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value == getattr(usual, name, None):  # a cursor is no field of a question
            found[name] = ""
        elif isinstance(value, bool):
            found[name] = {"suggestions": "1"}.get(name, "yes" if value else "no")
        else:
            found[name] = f"{value:g}" if isinstance(value, float) else value
    return found


def _led(value: str, name: str, clips: int | None, asked: Question, to: dict[str, Any], *, chosen: bool) -> Choice:
    sets = urlencode({field: it or "" for field, it in _plain(to).items()}, doseq=True)
    return Choice(value, name, clips, chosen, address(asked, **to), sets)


def chosen(asked: Question) -> list[Choice]:
    """The filters that are set, each with the address of the search without it."""
    found = [_unset(asked, name, words.format(_named(asked, name)), name) for name, words in SET.items()]
    found += [
        _unset(asked, "part", label(f"handling.{part}"), part=tuple(one for one in asked.part if one != part))
        for part in asked.part
    ]
    if asked.min_length is not None or asked.max_length is not None:
        found.append(_unset(asked, "", band(asked.min_length, asked.max_length), "min_length", "max_length"))
    if asked.suggestions:
        found.append(_unset(asked, "", "with suggestions", "suggestions"))
    return [one for one in found if one is not None]


SET = {
    "tag": "{}",
    "missed": "{} not heard",
    "min_score": "score {} or more",
    "team": "team {}",
    "rep": "{}",
    "speaker": "said by {}",
    "source": "from {}",
    "since": "since {}",
    "until": "until {}",
    "reviewed": "{}",
}


def _named(asked: Question, name: str) -> str:
    value = getattr(asked, name)
    if name in ("tag", "missed"):
        return label(value)
    if name in ("since", "until"):
        return day(value)
    if name == "reviewed":
        return "reviewed" if value else "not reviewed"
    return SIDES.get(value, value) if isinstance(value, str) else f"{value or 0:g}"


def band(least: float | None, most: float | None) -> str:
    """A call's length in minutes, as people say it."""
    if most is None:
        return f"over {(least or 0) / 60:g} min"
    return f"{least / 60:g} to {most / 60:g} min" if least else f"under {most / 60:g} min"


def _choice(asked: Question, clips: int | None, name: str, **values: Any) -> Choice:
    """A value that is chosen where every field it sets is set so; leading there, or away again."""
    usual = Question()
    is_set = all(getattr(asked, field) == value for field, value in values.items())
    to = {field: getattr(usual, field) for field in values} if is_set else values
    return _led(str(next(iter(values.values()))), name, clips, asked, to, chosen=is_set)


def _unset(asked: Question, value: str, name: str, *fields: str, **changes: Any) -> Choice | None:
    usual = Question()
    if not changes and all(getattr(asked, field) == getattr(usual, field) for field in fields):
        return None
    return _led(value, name, None, asked, {field: getattr(usual, field) for field in fields} | changes, chosen=True)


def _values(asked: Question, field: str, counts: Counts, name: Any, facet: str | None = None) -> list[Choice]:
    """A filter with any values, the most frequent first; the chosen one stays even where it leaves nothing."""
    found = dict(counts.get(facet or field, {}))
    now = getattr(asked, field)
    if now:
        found.setdefault(now, 0)
    return [
        _choice(asked, clips, name(value), **{field: value})
        for value, clips in sorted(found.items(), key=lambda count: (-count[1], count[0].casefold()))
    ]


def _reps(asked: Question, counts: Counts, roster: Roster) -> list[Choice]:
    """The reps, of a team only those in it."""
    found = _values(asked, "rep", counts, str)
    return [one for one in found if not asked.team or one.chosen or roster.is_in(one.value, asked.team)]


def _teams(asked: Question, counts: Counts, roster: Roster) -> list[Choice]:
    clips: dict[str, int] = {}
    for rep, number in counts.get("rep", {}).items():
        team = roster.team_of(rep)
        if team and asked.rep in (None, rep):
            clips[team] = clips.get(team, 0) + number
    return _values(asked, "team", {"team": clips}, str)


def _side(asked: Question, counts: Counts, side: str) -> Choice:
    return _choice(asked, counts.get("speaker", {}).get(side, 0), SIDES[side], speaker=side)


def _part(asked: Question, counts: Counts, part: str) -> Choice:
    is_set = part in asked.part
    others = tuple(one for one in asked.part if one != part)
    to = {"part": others if is_set else (*others, part)}
    return _led(part, label(f"handling.{part}"), counts.get("part", {}).get(part, 0), asked, to, chosen=is_set)


def _scores(asked: Question, counts: Counts) -> list[Choice]:
    """Least scores: what leaves as much as a lower one is left out."""
    bands = {float(start): clips for start, clips in counts.get("score", {}).items()}
    found: list[Choice] = []
    for least in sorted({*map(float, SCORES), *([asked.min_score] if asked.min_score is not None else [])}):
        clips = sum(number for start, number in bands.items() if start >= least)
        one = _choice(asked, clips, "any that is scored" if least == 0 else f"{least:g} or more", min_score=least)
        if one.chosen or (clips and least in SCORES):
            found.append(replace(one, value=f"{least:g}", clips=clips if least in SCORES else None))
    return found


def _days(asked: Question, counts: Counts) -> list[Choice]:
    """Spans of time up to today."""
    now = datetime.now().astimezone()
    begins = {float(start): clips for start, clips in counts.get("days", {}).items()}
    found: list[Choice] = []
    for days in DAYS:
        least = (now - timedelta(days=days, hours=26)).timestamp()  # the count may go by whole days
        clips = sum(number for start, number in begins.items() if start >= least)
        since = (now - timedelta(days=days)).date().isoformat()
        one = _choice(asked, clips, f"{days} days" if days < max(DAYS) else "a year", since=since, until=None)
        if one.chosen or (clips and (not found or found[-1].clips != clips)):
            found.append(one)
    return found


def _lengths(asked: Question, counts: Counts) -> list[Choice]:
    """Bands of a call's length; where all calls are in one there is nothing to choose."""
    bands = {float(start): clips for start, clips in counts.get("length", {}).items()}
    found: list[Choice] = []
    for least, most in zip(LENGTHS, (*LENGTHS[1:], None), strict=True):
        values = {"min_length": float(least) or None, "max_length": None if most is None else float(most)}
        one = _choice(asked, bands.get(float(least), 0), band(least, most), **values)
        if one.clips or one.chosen:
            found.append(one)
    return found if len(found) > 1 or any(one.chosen for one in found) else []


def _reviewed(asked: Question, counts: Counts) -> list[Choice]:
    found = counts.get("reviewed", {})
    choices = []
    for is_set, value in ((True, "yes"), (False, "no")):
        name = _named(Question(reviewed=is_set), "reviewed")
        one = _choice(asked, found.get(value, 0), name, reviewed=is_set)
        if one.clips or one.chosen:
            choices.append(replace(one, value=value))
    return choices
