"""Today: the first page. For managers three short piles; reps go to their own page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from clips_api import clips, findings, setup, waits
from clips_api.deps import Given, Parts
from clips_api.index.question import Question
from clips_api.pages.results import Result
from clips_api.pages.search import has_clips
from clips_api.render import page
from clips_api.today import put_behind, today
from pipeline.errors import NotFound

router = APIRouter()
PILES = (
    ("copy", "Worth copying", "The best handled of these two weeks. Keep it for others to hear."),
    ("coach", "To coach", "Where a little help pays most. Write a note while it is fresh."),
)


@router.get("/")
def show(request: Request, parts: Given, part: Annotated[Literal["piles"] | None, Query()] = None) -> Response:
    """What is left of the day; `part=piles` gives the piles alone."""
    if not parts.viewer.may("manager"):
        return RedirectResponse("/coaching", 307)
    found = today(parts, waits.SOURCES)
    query = Question().query
    piles = [
        (kind, title, about, [Result.of(clip, query) for clip in getattr(found, kind)]) for kind, title, about in PILES
    ]
    template = "today_piles.html" if part else "today.html"
    return page(
        request,
        template,
        today=found,
        piles=piles,
        inbox=parts.library.inbox,
        any=has_clips(parts),
        offer_setup=setup.offered(request, parts),
    )


@router.post("/today")
def deal(
    parts: Given,
    clip: Annotated[str, Form(max_length=60)],
    does: Annotated[Literal["agree", "wrong", "later"], Form()],
) -> RedirectResponse:
    """Agree with a moment, mark it wrong, or put it behind; then the next one."""
    if does != "later":
        judge(parts, clip, right=does == "agree")
    put_behind(parts, clip)
    return RedirectResponse("/", 303)


def judge(parts: Parts, name: str, *, right: bool) -> None:
    """Say of a moment's tag whether it is right. Raises NotFound."""
    clip = clips.resolve(parts, name)
    if clip.judged_as is None or clip.tag is None or clip.sentence is None:
        raise NotFound(f"a tag at {name}")
    findings.judge(parts, (clip.recording_id, clip.judged_as, clip.tag, clip.sentence), right=right)
