"""A rep's own page: their weeks first, then their quizzes and notes. Nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from clips_api import charts, coaching, trend
from clips_api.changed import Kind
from clips_api.changes import Skip
from clips_api.clips import Text
from clips_api.deps import Given, Parts
from clips_api.grading import best
from clips_api.leaning import leaning
from clips_api.pages.counted import A_PAGE, moments
from clips_api.render import day, page
from clips_api.store import assignments, attempts, notes
from clips_api.store.attempts import Attempt
from clips_api.trend import HALF, WEEKS, Line
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter(prefix="/me")
RECENT = 5
Week = Annotated[int, Query(ge=1, le=WEEKS)]  # 1 is the oldest


@dataclass(frozen=True)
class Taken:
    """A quiz that was handed in; the best try counts."""

    assignment: int
    title: str
    best: Attempt

    @property
    def at(self) -> datetime | None:
        return self.best.submitted_at


@router.get("")
def show(request: Request, parts: Given) -> HTMLResponse:
    """Your own weeks, quizzes and notes."""
    person = parts.viewer.person
    return page(
        request,
        "me.html",
        found=trend.own(parts, now()),
        leaning=leaning(parts),
        quizzes=_quizzes(parts)[:RECENT],
        notes=notes.find(parts.store, coaching.scope(parts), person=person.id, state="sent")[:RECENT] if person else [],
        called=trend.called(parts),
        address=_address,
        to=_to,
        chart=charts.weeks,
        half=HALF,
        overdue=coaching.overdue,
        today=now().astimezone().date(),
        names={},
    )


@router.get("/counted")
def counted(
    *,
    request: Request,
    parts: Given,
    tag: Text = None,
    step: Text = None,
    first: Week = 1,
    last: Week = WEEKS,
    skip: Skip = 0,
) -> HTMLResponse:
    """What a count of your own counts: each plays."""
    measure: tuple[Kind, str] | None = ("tag", tag) if tag else ("step", step) if step else None
    if measure is None:
        raise NotFound("a tag or a step to count")
    at = now()
    rows = trend.behind(parts, at, (first, max(first, last)), measure, limit=A_PAGE + 1, skip=skip)
    begins = trend.mondays(parts, at)
    return page(
        request,
        "counted.html",
        measure=measure,
        moments=moments(parts, rows[:A_PAGE]),
        when=f"from {day(begins[first - 1])} to {day(begins[max(first, last)] - timedelta(days=1))}",
        choices=[],
        more=_address(*measure, first=first, last=last, skip=skip + A_PAGE) if len(rows) > A_PAGE else None,
        back=("/me", "Your weeks"),
    )


def _address(kind: Kind, name: str, **more: Any) -> str:
    return f"/me/counted?{urlencode({kind: name} | {key: value for key, value in more.items() if value})}"


def _to(one: Line, first: int, last: int) -> str:
    """Where what a count of these weeks counts plays."""
    return _address(one.kind, one.name, first=first, last=last)


def _quizzes(parts: Parts) -> list[Taken]:
    """What this person handed in, the latest first."""
    if parts.viewer.id is None:
        return []
    given = [one for one in assignments.find(parts.store, of=[parts.viewer.id]) if one.quiz_id is not None]
    tried = attempts.of(parts.store, [one.id for one in given])
    with parts.store.read() as connection:
        titles = assignments.titles(connection)[1]
    found = [
        Taken(one.id, titles.get(one.quiz_id or 0, "a quiz"), top)
        for one in given
        if (top := best(tried.get(one.id, []))) is not None
    ]
    return sorted(found, key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True)
