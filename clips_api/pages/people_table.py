"""People from a table: pasted or as a file, what would change, then keep it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from clips_api import people
from clips_api.deps import Given
from clips_api.people import Entry
from clips_api.render import page
from clips_api.store import people as store
from clips_api.store.people import Told
from pipeline import directory
from pipeline.errors import BadInput

router = APIRouter()
MOST_BYTES = 1_000_000
EXAMPLE = """name,e-mail,team,role,country,time zone,aliases
Sam Ortega,sam@example.com,North,rep,ES,Europe/Madrid,Sam; sam.o
Dana Reyes,dana@example.com,North,manager,DE,Europe/Berlin,
"""
BACK = {"people": "/people?done=imported", "setup": "/setup/people?done=imported"}
Back = Annotated[str, Form(pattern=r"^(people|setup)$")]
_ENTRIES = TypeAdapter(list[Entry])


@router.get("/people/import")
def ask(request: Request) -> HTMLResponse:
    """Where to paste it."""
    return _page(request, "", "people")


@router.post("/people/import")
def look(
    request: Request,
    parts: Given,
    table: Annotated[str, Form()] = "",
    back: Back = "people",
    file: UploadFile | None = None,
) -> Response:
    """What a table would change."""
    text = table
    try:
        text = _content(file) if file is not None and file.filename else table
        given, ignored = _read(text)
        plan = store.planned(store.find(parts.store), given)
    except BadInput as error:
        return _page(request, text, back, code=422, problem=error.detail)
    return page(
        request,
        "people_preview.html",
        table=text,
        back=back,
        ignored=ignored,
        added=plan.added,
        changed=[(new, people.differences(old, new)) for old, new in plan.changed],
        same=plan.same,
    )


@router.post("/people/import/keep")
def keep(request: Request, parts: Given, table: Annotated[str, Form()], back: Back = "people") -> Response:
    """Do it; what has changed meanwhile is looked at anew."""
    try:
        people.kept(parts, _read(table)[0])
    except BadInput as error:
        return _page(request, table, back, code=422, problem=error.detail)
    return RedirectResponse(BACK[back], 303)


def _content(file: UploadFile) -> str:
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadInput(f"{file.filename} is larger than {MOST_BYTES // 1_000_000} MB")
    return directory.decoded(content, str(file.filename))


def _read(text: str) -> tuple[list[Told], list[str]]:
    if not text.strip():
        raise BadInput("paste a table, or choose a file")
    rows, ignored = directory.read(text, "The table")
    if len(rows) > people.MOST:
        raise BadInput(f"{len(rows):,} people at once are too many; {people.MOST:,} are taken")
    try:
        return [entry.told() for entry in _ENTRIES.validate_python(rows)], ignored
    except ValidationError as error:
        fault = error.errors()[0]
        row = rows[int(fault["loc"][0])]
        raise BadInput(f"{row['name']}: {people.FIELDS.get(str(fault['loc'][1]))}: {fault['msg']}") from error


def _page(request: Request, table: str, back: str, *, code: int = 200, problem: str | None = None) -> HTMLResponse:
    return page(request, "people_import.html", code, table=table, back=back, problem=problem, example=EXAMPLE)
