"""Changing the playbook: its files in an editor, what the changes would do, publishing, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api.deps import Given, Parts
from clips_api.pages.playbook import about, shown_playbook
from clips_api.playbook import begin_preview, previewed, publish_draft, save, versions
from clips_api.problems import Overtaken
from clips_api.render import page
from pipeline.drafts import HEAD, Draft, digest
from pipeline.errors import ExemplarError
from pipeline.playbooks import BadPlaybook

router = APIRouter()
Words = Annotated[str, Form(max_length=500)]


@router.get("/playbook/edit/{path:path}")
def edit(request: Request, parts: Given, path: str, saved: Annotated[int | None, Query()] = None) -> HTMLResponse:
    """One file in an editor."""
    draft = Draft(parts.playbooks)
    text = draft.text(path)
    problems = [(one.line, one.message) for one in draft.problems() if one.file == path]
    return _editor(request, parts, path, text, digest(text), problems=problems, saved=saved)


@router.post("/playbook/edit/{path:path}")
def keep(
    request: Request, parts: Given, path: str, text: Annotated[str, Form(max_length=400_000)], seen: Words = ""
) -> Response:
    """Save a file to the draft; what can't be saved is shown again as it was typed, with what is wrong."""
    text = text.replace("\r\n", "\n")
    try:
        problems = save(parts, path, text, seen=seen or None)
    except BadPlaybook as error:
        faults = [(one.line if one.file == path else None, one.message) for one in error.problems]
        return _editor(request, parts, path, text, seen, problems=faults, code=422)
    except Overtaken as error:
        told = f"{error.sentence} {error.advice}"
        return _editor(request, parts, path, text, seen, problems=[(None, told)], code=409)
    return RedirectResponse(f"/playbook/edit/{path}?saved={len(problems)}", 303)


@router.post("/playbook/remove")
def remove(parts: Given, path: Words) -> RedirectResponse:
    """Take a tag or a step out of the draft. Raises BadPlaybook where another file needs it."""
    Draft(parts.playbooks).text(path)
    save(parts, path, None)
    return RedirectResponse("/playbook", 303)


@router.post("/playbook/restore")
def restore(parts: Given, path: Words) -> RedirectResponse:
    """Take back what was changed in one file."""
    Draft(parts.playbooks).restore(path)
    return RedirectResponse("/playbook/changes", 303)


@router.post("/playbook/drop")
def drop(parts: Given) -> RedirectResponse:
    """Take back all changes."""
    Draft(parts.playbooks).drop()
    return RedirectResponse("/playbook", 303)


@router.post("/playbook/default")
def take_default(parts: Given) -> RedirectResponse:
    """Begin a draft with the newer default playbook, the team's own changes kept."""
    Draft(parts.playbooks).take_default()
    return RedirectResponse("/playbook/changes", 303)


@router.get("/playbook/changes")
def changes(request: Request, parts: Given, part: Annotated[str | None, Query()] = None) -> HTMLResponse:
    """What is not published yet, what it would do, and what was published before; `part=preview` the second."""
    if part == "preview":
        return page(request, "playbook_preview.html", **_preview(parts))
    return _changes(request, parts)


@router.post("/playbook/preview")
def preview(parts: Given, act: Annotated[Literal["start", "cancel"], Form()] = "start") -> RedirectResponse:
    """Begin to find out what the draft would change, or stop that."""
    if act == "start":
        begin_preview(parts)
    else:
        parts.previewer.cancel()
    return RedirectResponse("/playbook/changes#preview", 303)


@router.post("/playbook/publish")
def publish(request: Request, parts: Given, by: Words = "", why: Words = "", version: Words = "") -> Response:
    """Put the draft in force, unless it is another one than was shown beside the button."""
    try:
        publish_draft(parts, by=by, why=why, version=version)
    except (BadPlaybook, Overtaken) as error:
        return _changes(request, parts, code=422, refused=error)
    return RedirectResponse("/playbook", 303)


@router.post("/playbook/back")
def back(request: Request, parts: Given, version: Words, by: Words = "") -> Response:
    """Put an earlier version in force again."""
    try:
        parts.playbooks.back_to(version, by=by.strip() or parts.viewer.name, why="Back to an earlier version")
    except BadPlaybook as error:
        return _changes(request, parts, code=422, refused=error)
    return RedirectResponse("/playbook", 303)


def _editor(
    request: Request,
    parts: Parts,
    path: str,
    text: str,
    seen: str,
    *,
    problems: Sequence[tuple[int | None, str]],
    saved: int | None = None,
    code: int = 200,
) -> HTMLResponse:
    name = next((one.id for one in shown_playbook(parts).tags if path == f"tags/{one.file}"), None)
    return page(
        request,
        "playbook_edit.html",
        code,
        file=path,
        text=text,
        seen=seen,
        problems=problems,
        saved=saved,
        tag=name,
        head=HEAD,
        **about(parts),
    )


def _preview(parts: Parts) -> dict[str, Any]:
    playbook = shown_playbook(parts)
    titles = {tag.id: tag.title for tag in playbook.tags} | {step.id: step.title for step in playbook.steps}
    return {
        "preview": previewed(parts),
        "titles": titles,
        "draft": Draft(parts.playbooks).exists(),
        "version": versions(parts)[1],
    }


def _changes(request: Request, parts: Parts, *, code: int = 200, refused: ExemplarError | None = None) -> HTMLResponse:
    return page(
        request,
        "playbook_changes.html",
        code,
        log=parts.playbooks.log(),
        refused=refused,
        problems=Draft(parts.playbooks).problems(),
        **about(parts),
        **_preview(parts),
    )
