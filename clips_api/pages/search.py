"""Search: one box, the filters that have results, moments to play in place."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from clips_api import rights, saved, setup
from clips_api.clips import Asked, Cursor, shown
from clips_api.deps import Given, Parts
from clips_api.index.question import Question
from clips_api.pages.filters import Filters, address, chosen
from clips_api.pages.results import Result, hint, instead, trouble
from clips_api.render import counted, label, page
from clips_api.shelf import titles
from clips_api.store import judgements, people

router = APIRouter()
A_PAGE = 20


@router.get("/search")
def show(
    request: Request,
    parts: Given,
    asked: Asked,
    cursor: Cursor = None,
    only: Annotated[Literal["filters", "results", "more"] | None, Query()] = None,
) -> HTMLResponse:
    """The search page; `only` gives a piece of it: the filters, what is below them, or the next results alone."""
    context: dict[str, Any] = {"asked": asked, "doubtful": judgements.doubtful(parts.store)}
    context["offer_setup"] = setup.offered(request, parts)
    if only != "filters":
        context |= results(parts, asked, cursor)
    if only in ("filters", None):
        context |= filters(request, parts, asked)
    template = {"filters": "search_filters.html", "results": "search_results.html", "more": "search_more.html"}
    return page(request, template.get(only or "", "search.html"), **context)


def results(parts: Parts, asked: Question, cursor: str | None) -> dict[str, Any]:
    """What was found, and what is to be said of it."""
    found = parts.finder.search(asked, limit=A_PAGE, cursor=cursor)
    clips = shown(parts, found.rows, found.query)
    return {
        "results": [Result.of(clip, found.query) for clip in clips],
        "kept": titles(parts, [clip.id for clip in clips]),
        "total": found.total,
        "more": address(asked, cursor=found.next) if found.next else None,
        "filtered": bool(asked.q) or asked.filtered,
        "chosen": chosen(asked),
        "instead": instead(found),
        "hint": trouble(asked.q, found) or hint(found, filtered=asked.filtered),
        "incomplete": not parts.database.complete(),
        "inbox": parts.library.inbox,
        "named": named(parts, asked) if asked.q.strip() else [],
        "empty": not found.total and not has_clips(parts),
        "words_alone": address(Question(q=asked.q)),
        "here": address(asked).partition("?")[2],
        "tellable": saved.tellable(people.roster(parts.store)),
    }


def filters(request: Request, parts: Parts, asked: Question) -> dict[str, Any]:
    """What can be chosen, with counts."""
    return {
        "filters": Filters.of(asked, parts.finder.counts(asked), people.roster(parts.store)),
        "suggested": parts.database.rows("suggested", tag=asked.tag)[0]["suggestions"],
        "phone": "Mobi" in request.headers.get("user-agent", ""),
    }


def has_clips(parts: Parts) -> bool:
    """Whether there is anything to search."""
    return bool(parts.database.rows("any_clips")[0]["clips"])


def named(parts: Parts, asked: Question) -> list[tuple[str, str]]:
    """Where somebody may have meant to go who typed the name of a tag, a rep or a customer: sentence and address."""
    typed = asked.q.strip().casefold()
    found = []
    for tag, _ in parts.database.edition.words.searcher().terms_with_prefix("tag", ""):
        if label(tag).casefold() == typed:
            total = parts.finder.search(Question(tag=tag), limit=1).total
            found.append((f"{counted(total, 'clip')} tagged {label(tag)}", f"/search?tag={quote(tag)}"))
    for known, where in ((rights.reps(parts), "/search?rep="), (rights.customers(parts), "/calls?customer=")):
        names = [name for name in known if f" {typed}" in f" {name.casefold()}"]
        found += [(f"calls of {name}", where + quote(name)) for name in names[:3]]
    return found
