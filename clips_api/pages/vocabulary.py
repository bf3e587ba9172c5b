"""The team's names: a table to edit, and an offer to hear again what was heard without them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import vocabulary as names
from clips_api.deps import Given, Parts
from clips_api.problems import Overtaken
from clips_api.render import page
from pipeline.errors import BadInput
from pipeline.vocabulary import KINDS, Clash, Name, Vocabulary, load

router = APIRouter()
FIELDS = 3 * names.MOST + 10
Row = dict[str, str]


@router.get("/vocabulary")
def show(
    request: Request,
    parts: Given,
    changed: Annotated[int | None, Query()] = None,
    again: Annotated[int | None, Query()] = None,
) -> HTMLResponse:
    """The names, one a row."""
    found = load(names.file(parts))
    rows = [{"name": one.name, "kind": one.kind, "heard_as": ", ".join(one.heard_as)} for one in found.names]
    return _page(request, rows, found.version, redo=len(names.to_redo(parts, found)), changed=changed, again=again)


@router.post("/vocabulary")
async def save(request: Request, parts: Given) -> Response:
    """Save the whole table; a row without a name is gone. What can't be saved is shown again with the reason."""
    form = await request.form(max_fields=FIELDS)
    columns = [[str(value) for value in form.getlist(name)] for name in ("name", "kind", "heard_as")]
    rows = [dict(zip(("name", "kind", "heard_as"), row, strict=True)) for row in zip(*columns, strict=False)]
    rows = [row for row in rows if row["name"].strip() or row["heard_as"].strip()]
    return await run_in_threadpool(_save, request, parts, rows, str(form.get("version", "")))


@router.post("/vocabulary/redo")
def redo(parts: Given) -> RedirectResponse:
    """Hear the affected calls again."""
    return RedirectResponse(f"/vocabulary?again={len(names.hear_again(parts))}", 303)


def _save(request: Request, parts: Parts, rows: list[Row], version: str) -> Response:
    entries: list[Name] = []
    try:
        for row in rows:
            entries.append(_read(row))  # noqa: PERF401  the row at fault is the one after those read
        changed = names.save(parts, Vocabulary(tuple(entries)), version or None)
    except (BadInput, Overtaken) as error:
        fault = error.entry if isinstance(error, Clash) else len(entries) if len(entries) < len(rows) else None
        problem = error.detail if isinstance(error, BadInput) else f"{error.sentence} {error.advice}"
        return _page(request, rows, version, code=422, fault=fault, problem=problem)
    return RedirectResponse(f"/vocabulary?changed={len(changed)}", 303)


def _read(row: Row) -> Name:
    kind = next((kind for kind in KINDS if kind == row["kind"]), None)
    if kind is None:
        raise BadInput(f"{row['kind']!r} is no kind of name")
    heard_as = dict.fromkeys(" ".join(text.split()) for text in row["heard_as"].split(",") if text.strip())
    return Name(" ".join(row["name"].split()), kind, tuple(heard_as))


def _page(
    request: Request,
    rows: list[Row],
    version: str,
    *,
    code: int = 200,
    redo: int = 0,
    changed: int | None = None,
    again: int | None = None,
    fault: int | None = None,
    problem: str | None = None,
) -> HTMLResponse:
    return page(
        request,
        "vocabulary.html",
        code,
        rows=rows,
        version=version,
        kinds=KINDS,
        redo=redo,
        changed=changed,
        again=again,
        fault=fault,
        problem=problem,
    )
