"""One quiz for managers: its questions to write and order, proposals from clips, a preview, publishing.

Every button saves the whole form first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import quiz_drafts, quizzes
from clips_api.asking import Option
from clips_api.clipping import Format
from clips_api.collections_shown import CLIP
from clips_api.deps import Given, Parts
from clips_api.grading import mixed
from clips_api.pages.lesson import HEADERS, PROBE
from clips_api.pages.module import Said, found_clips, kept_clips
from clips_api.pages.quiz import PARTS, sound
from clips_api.pages.quiz_form import FIELDS, QuizForm
from clips_api.problems import NotNow, Overtaken
from clips_api.proposals import proposals
from clips_api.questions import KINDS, MOST_OPTIONS, Choosing, Kind
from clips_api.quizzes import Number, QuestionId
from clips_api.render import page
from clips_api.store import collections
from clips_api.store import quizzes as store
from clips_api.store.quizzes import Version
from pipeline.errors import NotFound

router = APIRouter(prefix="/quizzes/{number}")
SPARE = 2  # empty options at the end of a question


@dataclass(frozen=True)
class Row:
    """One question in the editor: its options with some to fill in, what is wrong with it, what could be better."""

    question: Kind
    options: tuple[Option, ...]
    faults: list[str]
    hints: list[str]
    name: str


@router.get("")
def show(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """The quiz as it stands."""
    return editor(request, parts, number)


@router.post("")
async def save(request: Request, parts: Given, number: Number) -> Response:
    """Save everything, then do what the pressed button says."""
    form = QuizForm.read(await request.form(max_fields=FIELDS))
    return await run_in_threadpool(_save, request, parts, number, form)


@router.get("/add")
def offer(
    *,
    request: Request,
    parts: Given,
    number: Number,
    q: Said = "",
    collection: int = 0,
    clip: Annotated[str, Query(pattern=rf"^$|{CLIP}")] = "",
) -> HTMLResponse:
    """What can be asked about a clip; without one, clips to choose from."""
    one = quizzes.opened(parts, number)
    if clip:
        rows = [_row(each, {}) for each in proposals(parts, clip)]
        return page(request, "quiz_proposals.html", one=one, clip=clip, rows=rows)
    inside = {each.clip.clip_id for each in one.asks if each.clip is not None}
    return page(
        request,
        "quiz_add.html",
        one=one,
        q=q,
        chosen=collection,
        collections=[each for each in collections.find(parts.store) if each.clips],
        offers=kept_clips(parts, collection, inside) if collection else found_clips(parts, q, inside),
    )


@router.post("/add")
def add(
    parts: Given,
    number: Number,
    clip: Annotated[str, Form(pattern=CLIP)],
    pick: Annotated[list[Annotated[int, Form(ge=0, le=20)]] | None, Form()] = None,
) -> RedirectResponse:
    """Put proposed questions at the end, by their places."""
    last, found = store.latest(parts.store, number), proposals(parts, clip)
    new = [found[place] for place in dict.fromkeys(pick or []) if place < len(found)]
    quiz_drafts.save(parts, number, [*quiz_drafts.asked(last), *new], revision=last.revision)
    return RedirectResponse(f"/quizzes/{number}#last", 303)


@router.get("/preview/quiz/{question}")
def look(request: Request, parts: Given, number: Number, question: QuestionId) -> HTMLResponse:
    """A question as reps see it; nothing is written down."""
    one = quizzes.opened(parts, number)
    asked = _one(one.asks, question)
    ids = [each.id for each in one.asks]
    place = ids.index(question)
    return page(
        request,
        "quiz.html",
        headers=HEADERS,
        own={"title": one.title, "number": 0},
        base=f"/quizzes/{number}/preview",
        giver=parts.viewer.name,
        preview=f"/quizzes/{number}",
        asked=asked.shown(mixed(parts.library.secret(), 0, question)),
        given=[],
        place=place + 1,
        total=len(ids),
        before=ids[place - 1] if place else None,
        after=ids[place + 1] if place + 1 < len(ids) else None,
    )


@router.api_route("/preview/quiz/{question}/{part}", methods=PROBE)
def listen(
    *,
    request: Request,
    parts: Given,
    number: Number,
    question: QuestionId,
    part: str,
    format: Format = "wav",  # noqa: A002  the parameter's name
) -> Response:
    """The sound of a question's clip: `audio` is heard at once, `rest` afterwards."""
    if part not in PARTS:
        raise NotFound(part)
    return sound(request, parts, _one(quizzes.opened(parts, number).asks, question).clip, PARTS[part], format)


def editor(
    request: Request, parts: Parts, number: int, *, code: int = 200, unsaved: QuizForm | None = None, refused: str = ""
) -> HTMLResponse:
    """The page of one quiz; `unsaved`: what somebody wrote while another one saved."""
    one = quizzes.opened(parts, number)
    asked = list(one.asks) if unsaved is None else _with_clips(one.asks, unsaved.questions)
    return page(
        request,
        "quiz_editor.html",
        code,
        one=one,
        rows=[_row(each, one.faults) for each in asked],
        title=unsaved.title if unsaved else one.title,
        attempts=unsaved.attempts if unsaved else one.attempts,
        most_tries=quiz_drafts.MOST_TRIES,
        kinds=[(name, kind.name) for name, kind in KINDS.items()],
        history=store.history(parts.store, [number])[number],
        overtaken=unsaved is not None,
        refused=refused,
    )


def _save(request: Request, parts: Parts, number: int, form: QuizForm) -> Response:
    title = store.one(parts.store, number).title
    try:
        last: Version = quiz_drafts.save(parts, number, form.done(), attempts=form.attempts, revision=form.revision)
    except Overtaken:
        return editor(request, parts, number, code=409, unsaved=form)
    if form.title and form.title != title:
        store.rename(parts.store, number, form.title)
    if form.act == "publish":
        try:
            quiz_drafts.publish(parts, number, last.revision)
        except NotNow as error:
            return editor(request, parts, number, code=409, refused=error.detail)
    where = {"add": "/add", "new": "#last", "up": f"#item-{form.key}", "down": f"#item-{form.key}"}
    return RedirectResponse(f"/quizzes/{number}{where.get(form.act, '')}", 303)


def _row(question: Kind, faults: dict[str, list[str]]) -> Row:
    options: tuple[Option, ...] = ()
    if isinstance(question, Choosing):
        spare = max(0, min(SPARE, MOST_OPTIONS - len(question.options)))
        options = (*question.options, *(Option(text="") for _ in range(spare)))
    return Row(question, options, faults.get(question.id, []), question.hints(), question.name)


def _with_clips(saved: list[Kind], written: list[Kind]) -> list[Kind]:
    """What somebody wrote, with the words of the clips as they are saved."""
    known = {(one.clip.clip_id, one.clip.until): one.clip for one in saved if one.clip is not None}
    return [
        one.model_copy(update={"clip": one.clip and known.get((one.clip.clip_id, one.clip.until), one.clip)})
        for one in written
    ]


def _one(asked: list[Kind], question: str) -> Kind:
    found = next((one for one in asked if one.id == question), None)
    if found is None:
        raise NotFound(f"question {question}")
    return found
