"""The command `exemplar search`: the same question, answer and reasons as on the search page, from the running API."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from pipeline import settings


class Part(StrEnum):
    """A part of a good reply."""

    ACKNOWLEDGE = "acknowledge"
    EXPLORE = "explore"
    RESPOND = "respond"
    CONFIRM = "confirm"


class Side(StrEnum):
    """Who says the words."""

    REP = "rep"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Order(StrEnum):
    """In which order clips come."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    BEST = "best"


def search(
    phrase: Annotated[
        str, typer.Argument(help='Words in any form, "a phrase", prefix*, -without, one OR another.')
    ] = "",
    *,
    tag: Annotated[str | None, typer.Option(help="Only this tag, such as objection.price.")] = None,
    part: Annotated[list[Part] | None, typer.Option(help="Only where this part of a good reply was heard.")] = None,
    min_score: Annotated[float | None, typer.Option(min=0, max=10, help="Handled at least so well.")] = None,
    missed: Annotated[str | None, typer.Option(help="Only calls in which this step was not heard: recap.")] = None,
    rep: Annotated[str | None, typer.Option(help="Only this rep.")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team.")] = None,
    speaker: Annotated[Side | None, typer.Option(help="Only words of this side.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day on: 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this day, and on it.")] = None,
    min_length: Annotated[float | None, typer.Option(min=0, help="Minutes that the call lasts at least.")] = None,
    max_length: Annotated[float | None, typer.Option(min=0, help="Minutes that the call lasts less than.")] = None,
    source: Annotated[str | None, typer.Option(help="Only calls that come from here: Zoom.")] = None,
    reviewed: Annotated[
        bool | None, typer.Option("--reviewed/--not-reviewed", help="Only what somebody judged, or nobody.")
    ] = None,
    suggestions: Annotated[bool, typer.Option("--suggestions", help="Also what is only suggested.")] = False,
    sort: Annotated[Order, typer.Option(help="The order.")] = Order.RELEVANCE,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Clips that are shown.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the API's answer.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="The data folder; else EXEMPLAR_DATA, else ./data.")
    ] = None,
) -> None:
    """Search clips (needs a running Exemplar)."""
    from pipeline.client import Client
    from pipeline.library import Library

    client = Client(Library(settings.load(data).data))
    found = client.get(
        "/api/v1/clips",
        q=phrase,
        tag=tag,
        part=list(part or ()),
        min_score=min_score,
        missed=missed,
        rep=rep,
        team=team,
        speaker=speaker,
        since=since,
        until=until,
        min_length=None if min_length is None else min_length * 60,
        max_length=None if max_length is None else max_length * 60,
        source=source,
        reviewed=reviewed,
        suggestions=suggestions or None,
        sort=sort,
        limit=limit,
    )
    if as_json:
        sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    for clip in found["items"]:
        for line in told(clip, client.address):
            console.print(line, soft_wrap=True)
    shown = len(found["items"])
    console.print(f"{shown} of {found['total']}" if shown < found["total"] else f"{found['total']} found")


def told(clip: dict[str, Any], address: str) -> Iterable[Text]:
    """A clip in lines: who and when, the quote with what was asked for in bold, the reply, where it stands and why."""
    start = clip["start"] or 0.0
    when = f"{datetime.fromisoformat(clip['started_at']).astimezone():%Y-%m-%d}" if clip["started_at"] else None
    at = f"{int(start // 60)}:{int(start % 60):02}"
    about = (clip["rep"] or "rep unknown", clip["customer"], when, at, ", ".join(clip["tags"]))
    yield Text("  ".join(filter(None, about)), style="dim")
    marks = clip["marks"]
    yield _marked("  ", clip["quote"], marks["quote"], marks["near_quote"])
    if clip["reply"]:
        yield _marked("  ↳ ", clip["reply"], marks["reply"], marks["near_reply"])
    if clip["score"] is not None:
        yield Text(f"  score {clip['score']:g} of 10: {clip['why']}", style="dim")
    rank = clip["rank"]
    if rank:
        terms = " x ".join(f"{name} {rank[name]:.2f}" for name in ("words", "handled", "recent"))
        yield Text(f"  ranks {rank['total']:.2f} = {terms}", style="dim")
    yield Text(f"  {address}/calls/{clip['recording_id']}#t={start:.0f}", style="dim")


def _marked(before: str, text: str, said: Iterable[list[int]], near: Iterable[list[int]]) -> Text:
    """A text with what was asked for in bold and what stands in for it underlined."""
    out = Text(text)
    for spans, style in ((said, "bold"), (near, "underline")):
        for start, end in spans:
            out.stylize(style, start, end)
    return Text(before) + out
