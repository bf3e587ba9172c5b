"""Search: one box, the filters that have results, moments to play in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from clips_api.clips import Asked, Cursor, shown
from clips_api.deps import Given, Parts
from clips_api.index.search import Question, facets, search
from clips_api.render import counted, label, page
from clips_api.store import judgements

router = APIRouter()
A_PAGE = 20


@dataclass(frozen=True)
class Choice:
    """One value of a filter, how many clips it would leave, and where choosing it (or unchoosing it) leads."""

    value: str
    clips: int
    chosen: bool
    href: str


@router.get("/")
def today() -> RedirectResponse:
    """The first page; search until there is one of its own."""
    return RedirectResponse("/search", 307)


@router.get("/search")
def show(
    request: Request,
    parts: Given,
    asked: Asked,
    cursor: Cursor = None,
    part: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    """The search page; `part=results` gives what is below the box, `part=more` the next results alone."""
    found = search(parts.database, parts.cursors, asked, limit=A_PAGE, cursor=cursor)
    context: dict[str, Any] = {
        "asked": asked,
        "clips": shown(parts, found.rows, asked.query),
        "total": found.total,
        "more": address(asked, cursor=found.next) if found.next else None,
        "first": cursor is None,
        "filtered": bool(
            asked.q or asked.tag or asked.rep or asked.speaker or asked.since or asked.until or asked.min_score
        ),
        "incomplete": not parts.database.complete(),
        "inbox": parts.library.inbox,
    }
    if part == "more":
        return page(request, "search_more.html", **context)
    counts = facets(parts.database, asked)
    context |= {
        "named": named(parts, asked) if asked.q else [],
        "tags": choices(asked, "tag", counts["tag"]),
        "reps": counts["rep"],
        "speakers": counts["speaker"],
        "suggested": parts.database.rows("suggested", tag=asked.tag)[0]["suggestions"],
        "doubtful": judgements.doubtful(parts.store),
        "empty": not found.total and not has_clips(parts),
    }
    return page(request, "search_results.html" if part == "results" else "search.html", **context)


def has_clips(parts: Parts) -> bool:
    """Whether there is anything to search."""
    return bool(parts.database.rows("any_clips")[0]["clips"])


def named(parts: Parts, asked: Question) -> list[tuple[str, str]]:
    """Where somebody may have meant to go who typed the name of a tag, a rep or a customer: sentence and address."""
    typed = asked.q.strip().casefold()
    tags = [(tag, clips) for tag, clips in facets(parts.database, Question())["tag"] if label(tag).casefold() == typed]
    found = [(f"{counted(clips, 'clip')} tagged {label(tag)}", f"/search?tag={tag}") for tag, clips in tags]
    for kind, where in (("reps", "/search?rep="), ("customers", "/calls?customer=")):
        names = [row["name"] for row in parts.database.rows(kind)]
        found += [(f"calls of {name}", where + quote(name)) for name in names if typed in name.casefold()][:3]
    return found


def address(asked: Question, **changes: str | None) -> str:
    """The address of a search, some of it changed; what is empty is left out."""
    values = {name: getattr(asked, name) for name in Question.__dataclass_fields__} | changes
    if values["sort"] == "relevance":
        del values["sort"]
    values["suggestions"] = "1" if values["suggestions"] else None
    return f"/search?{urlencode({name: value for name, value in values.items() if value not in (None, '')})}"


def choices(asked: Question, name: str, counts: list[tuple[str, int]]) -> list[Choice]:
    """The values of one filter; the chosen one stays even where it leaves nothing."""
    chosen = getattr(asked, name)
    values = dict(sorted(counts, key=lambda count: not count[0].startswith("objection.")))
    if chosen and chosen not in values:
        values[chosen] = 0
    return [
        Choice(value, clips, value == chosen, address(asked, **{name: None if value == chosen else value}))
        for value, clips in values.items()
    ]
