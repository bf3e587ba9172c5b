"""The playbook as managers read it: tags and steps, a sentence to try, a phrase to add."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, Field

from clips_api import rulebook
from clips_api.answers import Clip
from clips_api.deps import Given, Parts
from clips_api.index.question import Question
from clips_api.playbook import both, reading, standing
from clips_api.playbook_shown import Sentence
from clips_api.render import page
from clips_api.rulebook import StepShown, TagShown
from nlp.rules import CompiledPlaybook
from pipeline import phrases
from pipeline.drafts import Draft, digest
from pipeline.errors import BadInput, NotFound
from pipeline.playbooks import BadPlaybook

router = APIRouter()
BEST = 3  # real clips shown of a tag
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
GROUPS = (
    ("objection", "Objections"),
    ("handling", "How they were handled"),
    ("reaction", "Reactions"),
    ("signal", "Signals"),
    ("", "More tags"),
    ("step", "What steps listen for"),
)
Line = Annotated[str, AfterValidator(lambda text: " ".join(text.split())), Field(max_length=2000)]


class Phrase(BaseModel):
    """What is typed to add a phrase to a tag."""

    counts: Literal["yes", "no"] = "yes"
    sentence: Line = ""
    pattern: Line = ""
    rule: Line = ""


class NewTag(BaseModel):
    """What is typed to add a tag."""

    id: Annotated[str, AfterValidator(lambda text: text.strip().lower())]
    title: Line
    why: Line
    speaker: Literal["rep", "customer", "any"] = "customer"
    match: Line
    not_match: Line
    pattern: Line = ""


@router.get("/playbook")
def show(
    request: Request,
    parts: Given,
    sentence: Annotated[str, Query(max_length=2000)] = "",
    speaker: Annotated[Literal["rep", "customer"], Query()] = "customer",
    part: Annotated[str | None, Query()] = None,
) -> Response:
    """Tags and steps; `part=tried` gives what a sentence is, `part=about` what changes by itself."""
    tried = both(parts, Sentence(text=sentence, speaker=speaker)) if sentence.strip() else None
    if part == "tried":
        return page(request, "playbook_tried.html", tried=tried, sentence=sentence)
    if part == "about":
        return page(request, "playbook_about.html", **about(parts))
    tags, steps = _shown(parts)
    grouped = [(title, [tag for tag in tags if _group(tag.id) == name]) for name, title in GROUPS]
    calls = parts.database.rows("call_counts")[0]["calls"]
    return page(
        request,
        "playbook.html",
        tried=tried,
        sentence=sentence,
        speaker=speaker,
        groups=[(title, found) for title, found in grouped if found],
        steps=steps,
        calls=calls,
        gone=[path for path, kind in standing(parts).items() if kind == "gone"],
        **about(parts),
    )


@router.get("/playbook/tags/{name}")
def tag(request: Request, parts: Given, name: str, added: Annotated[str | None, Query()] = None) -> HTMLResponse:
    """One tag: what it listens for, how well, the best clips."""
    return _tag_page(request, parts, name, added=added)


@router.get("/playbook/steps/{name}")
def step(request: Request, parts: Given, name: str) -> HTMLResponse:
    """One step: what it listens for, and in how many calls it was not heard."""
    tags, steps = _shown(parts)
    found = next((one for one in steps if one.id == name), None)
    if found is None:
        raise NotFound(f"step {name}")
    return page(
        request,
        "playbook_step.html",
        step=found,
        evidence=[one for one in tags if one.id in found.evidence],
        **about(parts),
    )


@router.post("/playbook/tags/{name}/phrase")
def add_phrase(request: Request, parts: Given, name: str, typed: Annotated[Phrase, Form()]) -> Response:
    """Add a way to say a tag, or one that only looks like it; what can't be added is shown again with the reason."""
    try:
        _add(parts, _tag(parts, name).file, typed)
    except BadInput as error:
        return _tag_page(request, parts, name, code=422, typed=typed, problems=_told(error))
    return RedirectResponse(f"/playbook/tags/{name}?added={typed.counts}", 303)


@router.get("/playbook/new")
def new(request: Request, parts: Given) -> HTMLResponse:
    """A form for a new tag."""
    return _new_page(request, parts, dict.fromkeys(NewTag.model_fields, "") | {"speaker": "customer"})


@router.post("/playbook/new")
def make(request: Request, parts: Given, typed: Annotated[NewTag, Form()]) -> Response:
    """Add a tag to the draft."""
    try:
        _make(parts, typed)
    except BadInput as error:
        return _new_page(request, parts, typed.model_dump(), _told(error))
    return RedirectResponse(f"/playbook/tags/{typed.id}?added=new", 303)


def about(parts: Parts) -> dict[str, Any]:
    """What stands above every page of the playbook: which one is in force, what is not published, how far it is."""
    found, draft = parts.playbooks.in_force(), Draft(parts.playbooks)
    log = parts.playbooks.log()
    return {
        "in_force": found,
        "last": log[0] if log and found.source == "published" else None,
        "newer_default": parts.playbooks.newer_default(),
        "changes": draft.changes(),
        "reading": reading(parts),
    }


def shown_playbook(parts: Parts) -> CompiledPlaybook:
    """The draft where there is one that can be read, else what is in force."""
    return Draft(parts.playbooks).compiled() or parts.playbooks.in_force().playbook


def _add(parts: Parts, path: str, typed: Phrase) -> None:
    """Write a phrase into a tag's file. Raises BadInput."""
    draft, pattern = Draft(parts.playbooks), typed.pattern or phrases.pattern_of(typed.sentence)
    if not pattern:
        raise BadInput("write down what was said")
    old = draft.text(path)
    if typed.counts == "yes":
        text = phrases.add_phrase(old, typed.rule, pattern, typed.sentence)
    else:
        text = phrases.add_exception(old, pattern, typed.sentence)
    draft.save(path, text, seen=digest(old), strict=True)


def _make(parts: Parts, typed: NewTag) -> None:
    """Write a new tag's file. Raises BadInput."""
    if not ID.fullmatch(typed.id):
        raise BadInput("a name has small letters, digits and _, and may have one dot: objection.delivery")
    draft, path = Draft(parts.playbooks), f"tags/{typed.id}.yml"
    if path in draft.texts():
        raise BadInput(f"there is a tag {typed.id} already")
    given = typed.model_dump() | {"pattern": typed.pattern or phrases.pattern_of(typed.match)}
    draft.save(path, phrases.new_tag(**given), seen=digest(""), strict=True)


def _told(error: BadInput) -> list[str]:
    return [problem.message for problem in error.problems] if isinstance(error, BadPlaybook) else [error.detail]


def _shown(parts: Parts) -> tuple[list[TagShown], list[StepShown]]:
    playbook, changed = shown_playbook(parts), standing(parts)
    return rulebook.tags(parts, playbook, changed), rulebook.steps(parts, playbook, changed)


def _group(tag: str) -> str:
    family = tag.partition(".")[0]
    return family if any(family == name for name, _ in GROUPS) else ""


def _tag(parts: Parts, name: str) -> TagShown:
    found = next((one for one in _shown(parts)[0] if one.id == name), None)
    if found is None:
        raise NotFound(f"tag {name}")
    return found


def _tag_page(
    request: Request,
    parts: Parts,
    name: str,
    *,
    code: int = 200,
    added: str | None = None,
    typed: Phrase | None = None,
    problems: list[str] | None = None,
) -> HTMLResponse:
    found = _tag(parts, name)
    clips = parts.finder.search(Question(tag=name, sort="best"), limit=BEST)
    return page(
        request,
        "playbook_tag.html",
        code,
        tag=found,
        clips=[Clip.from_row(row) for row in clips.rows],
        total=clips.total,
        added=added,
        typed=typed or Phrase(),
        problems=problems or [],
        **about(parts),
    )


def _new_page(request: Request, parts: Parts, typed: dict[str, str], problems: list[str] | None = None) -> HTMLResponse:
    return page(
        request, "playbook_new.html", 422 if problems else 200, typed=typed, problems=problems or [], **about(parts)
    )
