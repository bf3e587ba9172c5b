"""One lesson for managers: its items to write and order, the five-minute counter, publishing, versions, who has it.

Without scripts every button saves the whole form; with them changes are saved as they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import consents, lesson_drafts, lessons, modules, publishing
from clips_api.answers import Clip
from clips_api.clips import shown
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.index.question import Question
from clips_api.lessons import Heard, Written
from clips_api.modules import Number
from clips_api.modules_shown import ModuleOpened, ObstacleShown
from clips_api.pages.module_form import FIELDS, ModuleForm
from clips_api.problems import Overtaken
from clips_api.publishing import NotReady
from clips_api.render import counted, page
from clips_api.shelf import shelf
from clips_api.store import collections, people, quizzes
from clips_api.store import modules as store

router = APIRouter(prefix="/modules/{number}")
FOUND = 30  # clips that are offered at once
Said = Annotated[str, Query(max_length=300)]
Few = Annotated[int | None, Query(ge=0, le=100_000)]


@dataclass(frozen=True)
class Row:
    """One item in the editor: how long it takes, whether its clip can be played, and what stands in its way."""

    item: Written | Heard
    seconds: int
    playable: bool
    visible: bool
    obstacle: ObstacleShown | None


@dataclass(frozen=True)
class Offer:
    """A clip that can be put in; `inside`: it is in the lesson already."""

    id: str
    quote: str
    reply: str | None
    tag: str | None
    about: tuple[str, ...]
    seconds: float | None
    inside: bool


@router.get("")
def show(request: Request, parts: Given, number: Number, given: Few = None, had: Few = None) -> HTMLResponse:
    """The lesson as it stands; `given`, `had`: what came of giving it to people."""
    told = [f"Given to {counted(given, 'person', 'people')}."] if given else []
    told += [f"{counted(had, 'person has', 'people have')} it already."] if had else []
    return editor(request, parts, number, notice=" ".join(told))


@router.post("")
async def save(request: Request, parts: Given, number: Number) -> Response:
    """Save everything, then do what the pressed button says."""
    form = ModuleForm.read(await request.form(max_fields=FIELDS))
    return await run_in_threadpool(_save, request, parts, number, form)


@router.get("/add")
def offer(request: Request, parts: Given, number: Number, q: Said = "", collection: int = 0) -> HTMLResponse:
    """Clips to put in: the best moments, what a search finds, or what a collection holds."""
    inside = publishing.clips(store.latest(parts.store, number))
    return page(
        request,
        "module_add.html",
        one=store.one(parts.store, number),
        q=q,
        chosen=collection,
        collections=[one for one in collections.find(parts.store) if one.clips],
        offers=kept_clips(parts, collection, inside) if collection else found_clips(parts, q, inside),
    )


@router.post("/add")
def add(
    parts: Given, number: Number, clip: Annotated[list[Annotated[str, Form(pattern=CLIP)]] | None, Form()] = None
) -> RedirectResponse:
    """Put clips at the end."""
    last = store.latest(parts.store, number)
    items = lesson_drafts.wanted(lessons.read(last.items))
    new = [lesson_drafts.ClipWanted(kind="clip", clip_id=one) for one in dict.fromkeys(clip or [])]
    lesson_drafts.save(parts, number, [*items, *new], quiz_id=last.quiz_id, revision=last.revision)
    return RedirectResponse(f"/modules/{number}#last", 303)


def _save(request: Request, parts: Parts, number: int, form: ModuleForm) -> Response:
    title = store.one(parts.store, number).title
    try:
        last = lesson_drafts.save(parts, number, form.done(), quiz_id=form.quiz_id, revision=form.revision)
    except Overtaken:
        return editor(request, parts, number, code=409, unsaved=form)
    if form.title and form.title != title:
        store.rename(parts.store, number, form.title)
    if form.act == "publish":
        try:
            publishing.publish(parts, number, revision=last.revision)
        except NotReady:
            return editor(request, parts, number, code=409, refused=True)
    if form.act == "ask":
        consents.ask(parts, form.key)
    if form.act == "ask-all":
        publishing.ask(parts, last)
    where = {"add": "/add", "text": "#last", "up": f"#item-{form.key}", "down": f"#item-{form.key}"}
    return RedirectResponse(f"/modules/{number}{where.get(form.act, '')}", 303)


def editor(
    request: Request,
    parts: Parts,
    number: int,
    *,
    code: int = 200,
    unsaved: ModuleForm | None = None,
    refused: bool = False,
    notice: str = "",
) -> HTMLResponse:
    """The page of one lesson; `unsaved`: what somebody wrote while another one saved, `notice`: what was just done."""
    one = modules.opened(parts, number)
    history = store.history(parts.store, [number])[number]
    having = modules.coached(parts, [number])
    busy = {learner.person_id for learner in having if learner.finished_at is None}
    mine = [who for who in people.find(parts.store) if parts.viewer.coaches(who) and who.left_at is None]
    return page(
        request,
        "module.html",
        code,
        one=one,
        rows=_rows(parts, one, _unsaved(parts, number, unsaved)),
        title=unsaved.title if unsaved else one.title,
        quiz_id=unsaved.quiz_id if unsaved else one.version.quiz_id,
        quizzes=quizzes.find(parts.store),
        history=history,
        learners=having,
        people=[(who, who.id in busy) for who in mine],
        teams=sorted({who.team for who in mine if who.team}, key=str.casefold),
        overtaken=unsaved is not None,
        refused=refused,
        notice=notice,
        longest=lessons.LONGEST,
        pace=lessons.PACE,
    )


def _rows(parts: Parts, one: ModuleOpened, items: list[Written | Heard] | None) -> list[Row]:
    about = {obstacle.item: obstacle for obstacle in one.obstacles if obstacle.item}
    rows = []
    for item in items if items is not None else one.version.items:
        visible = isinstance(item, Written) or publishing.visible(parts, item)
        playable = (
            visible
            and isinstance(item, Heard)
            and item.length is not None
            and parts.library.known(item.recording_id) is not None
        )
        rows.append(Row(item, lessons.seconds([item]), playable, visible, about.get(item.id)))
    return rows


def _unsaved(parts: Parts, number: int, form: ModuleForm | None) -> list[Written | Heard] | None:
    """What somebody wrote while another one saved: shown again, so that nothing is lost."""
    return None if form is None else lesson_drafts.items(parts, number, form.items)


def found_clips(parts: Parts, q: str, inside: set[str]) -> list[Offer]:
    asked = Question(q=q) if q.strip() else Question(min_score=0, sort="best")
    found = parts.finder.search(asked, limit=FOUND)
    return [_offer(clip, inside) for clip in shown(parts, found.rows, found.query)]


def _offer(clip: Clip, inside: set[str]) -> Offer:
    seconds = clip.end - clip.start if clip.start is not None and clip.end is not None else None
    about = tuple(one for one in (clip.rep, clip.customer) if one)
    return Offer(clip.id, clip.quote, clip.reply, clip.tag, about, seconds, clip.id in inside)


def kept_clips(parts: Parts, number: int, inside: set[str]) -> list[Offer]:
    return [
        Offer(
            one.clip.clip_id,
            one.clip.quote,
            one.clip.reply,
            one.clip.tag,
            tuple(name for name in (one.clip.rep, one.clip.customer) if name),
            one.clip.seconds or None,
            one.clip.clip_id in inside,
        )
        for one in shelf(parts, number)
        if one.there
    ]
