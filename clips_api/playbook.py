"""The playbook over HTTP: what is in force, the draft, trying a sentence, what the draft would change, publishing."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path

from clips_api import rights, rulebook
from clips_api.deps import Given, Parts
from clips_api.playbook_shown import (
    Back,
    Both,
    Changed,
    DraftShown,
    Fault,
    File,
    Matched,
    PreviewShown,
    PublishDraft,
    Published,
    ReadingShown,
    Saved,
    Sentence,
    Shown,
    Stopped,
    Text,
    Tried,
)
from clips_api.problems import CONFLICT, RESPONSES, NotNow, Overtaken
from clips_api.rulebook import Standing
from nlp.check import Problem
from nlp.explain import explain
from nlp.rules import CompiledPlaybook
from pipeline.drafts import Draft, FileChanged, digest
from pipeline.library import now
from pipeline.playbooks import BadPlaybook

router = APIRouter(prefix="/api/v1/playbook", tags=["playbook"], responses=RESPONSES)
STALE_S = 10.0  # a note of re-reading that is older is of a worker that ended
FilePath = Annotated[str, Path(max_length=100, description="As `tags/objection.price.yml`.")]


class NothingChanged(NotNow):
    """There are no changes to the playbook."""

    advice = "Change a tag first."


@router.get("")
def show(parts: Given) -> Shown:
    """The playbook in force: tags and steps with how often they were heard, and how often they were right."""
    found, draft = parts.playbooks.in_force(), Draft(parts.playbooks)
    return Shown(
        name=found.playbook.name,
        version=found.playbook.version,
        source=found.source,
        trouble=found.trouble,
        newer_default=parts.playbooks.newer_default(),
        draft=draft.exists(),
        reading=reading(parts),
        tags=rulebook.tags(parts, found.playbook, {}),
        steps=rulebook.steps(parts, found.playbook, {}),
        history=parts.playbooks.log(),
    )


@router.get("/files/{path:path}")
def file(parts: Given, path: FilePath) -> File:
    """One file of the draft, else of the playbook in force."""
    text = Draft(parts.playbooks).text(path)
    return File(path=path, text=text, digest=digest(text))


@router.get("/draft")
def show_draft(parts: Given) -> DraftShown:
    """What the draft changes, and what keeps it from being published."""
    draft = Draft(parts.playbooks)
    compiled = draft.compiled()
    return DraftShown(
        exists=draft.exists(),
        version=compiled.version if compiled else None,
        changes=[Changed(path=one.path, kind=one.kind, lines=list(one.lines)) for one in draft.changes()],
        problems=[Fault.of(problem) for problem in draft.problems()],
        files=sorted(draft.texts()),
    )


@router.delete("/draft", status_code=204)
def drop(parts: Given) -> None:
    """Take back all changes."""
    Draft(parts.playbooks).drop()


@router.put("/draft/files/{path:path}", responses=CONFLICT)
def put(parts: Given, path: FilePath, body: Text) -> Saved:
    """Save a file to the draft. One with which the playbook can't be read is refused, with file and line."""
    return Saved(problems=[Fault.of(one) for one in save(parts, path, body.text, seen=body.seen)])


@router.delete("/draft/files/{path:path}")
def remove(parts: Given, path: FilePath) -> Saved:
    """Take a tag or a step out of the draft."""
    Draft(parts.playbooks).text(path)
    return Saved(problems=[Fault.of(one) for one in save(parts, path, None)])


@router.delete("/draft/changes/{path:path}")
def restore(parts: Given, path: FilePath) -> Saved:
    """Take back what was changed in one file."""
    return Saved(problems=[Fault.of(problem) for problem in Draft(parts.playbooks).restore(path)])


@router.post("/try")
def try_sentence(parts: Given, body: Sentence) -> Both:
    """What a sentence is tagged as, by the playbook in force and by the draft; and what kept a tag away."""
    return both(parts, body)


@router.get("/preview")
def preview(parts: Given) -> PreviewShown | None:
    """How far the preview is, and what it found; null where none was asked for."""
    return previewed(parts)


@router.post("/preview", status_code=202, responses=CONFLICT)
def start_preview(parts: Given) -> PreviewShown | None:
    """Find out which clips the draft would gain and lose, over all calls. Nothing is changed."""
    begin_preview(parts)
    return previewed(parts)


@router.delete("/preview", status_code=204)
def cancel_preview(parts: Given) -> None:
    """Stop the preview under way."""
    parts.previewer.cancel()


@router.post("/publish", responses=CONFLICT)
def publish(parts: Given, body: PublishDraft) -> Published:
    """Put the draft in force. All calls are read again in the background, from their transcripts."""
    return Published(version=publish_draft(parts, by=body.by, why=body.why, version=body.version))


@router.post("/back")
def back(parts: Given, body: Back) -> Published:
    """Put an earlier version in force again."""
    parts.playbooks.back_to(body.version, by=body.by.strip() or parts.viewer.name, why=body.why)
    return Published(version=body.version)


def reading(parts: Parts) -> ReadingShown | None:
    """How far the worker is with re-reading; None where there is nothing to re-read, or nobody does it."""
    note = parts.playbooks.reading()
    if note is None or (now() - note.at).total_seconds() > STALE_S:
        return None
    return ReadingShown(done=note.done, total=note.total)


def trouble(parts: Parts) -> str | None:
    """What keeps the playbook that was asked for from being used."""
    try:
        return parts.playbooks.in_force().trouble
    except BadPlaybook as error:
        return str(error)


def standing(parts: Parts) -> dict[str, Standing]:
    """What the draft makes of each file that it changes."""
    return {change.path: change.kind for change in Draft(parts.playbooks).changes()}


def save(parts: Parts, path: str, text: str | None, *, seen: str | None = None) -> tuple[Problem, ...]:
    """Save to the draft. Raises BadPlaybook, NotFound, Overtaken."""
    try:
        return Draft(parts.playbooks).save(path, text, seen=seen)
    except FileChanged as error:
        raise Overtaken(path) from error


def both(parts: Parts, sentence: Sentence) -> Both:
    """What the playbook in force and the draft make of a sentence."""
    draft = Draft(parts.playbooks).compiled()
    return Both(
        in_force=_tried(sentence, parts.playbooks.in_force().playbook),
        draft=_tried(sentence, draft) if draft else None,
    )


def _tried(sentence: Sentence, playbook: CompiledPlaybook) -> Tried:
    found = explain(sentence.text, sentence.speaker, playbook)
    titles = {rule.id: rule.title for rule in playbook.tags}
    return Tried(
        matched=[
            Matched(
                tag=tag.tag,
                title=titles[tag.tag],
                rule=tag.rule,
                start=tag.start_char,
                end=tag.end_char,
                words=tag.quote,
            )
            for tag in found.tags
        ],
        stopped=[Stopped(title=titles[one.tag], **asdict(one)) for one in found.stopped],
    )


def versions(parts: Parts) -> tuple[str, str]:
    """The version in force and the draft's; the same twice where there is no draft that can be read."""
    draft, old = Draft(parts.playbooks).compiled(), parts.playbooks.in_force().playbook.version
    return old, draft.version if draft else old


def previewed(parts: Parts) -> PreviewShown | None:
    """The preview that was asked for last, as far as this person may see it."""
    latest = parts.previewer.latest
    return PreviewShown.of(latest, versions(parts), partial(rights.those_seen, parts)) if latest else None


def begin_preview(parts: Parts) -> None:
    """Compare the draft with what is in force. Raises NotNow where there is no draft, BadPlaybook."""
    draft, found = Draft(parts.playbooks), parts.playbooks.in_force()
    if not draft.exists():
        raise NothingChanged
    new = draft.compiled()
    if new is None:
        raise BadPlaybook(draft.problems())
    parts.previewer.start((found.folder, found.playbook.version), (draft.folder, new.version))


def publish_draft(parts: Parts, *, by: str, why: str, version: str | None = None) -> str:
    """Put the draft in force and be done with it; its version. Raises NotNow, BadPlaybook.

    `version`: the draft that was looked at; if it is another one by now, Overtaken is raised.
    """
    draft = Draft(parts.playbooks)
    if not draft.exists():
        raise NothingChanged
    new = draft.compiled()
    if version and new and version != new.version:
        raise Overtaken("the changes to the playbook")
    return parts.playbooks.publish(draft.folder, by=by.strip() or parts.viewer.name, why=why.strip())
