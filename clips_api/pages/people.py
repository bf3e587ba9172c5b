"""People: who is who, what each may do, and the names in recordings that nobody has claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from clips_api import people, sign_in
from clips_api.claims import unclaimed
from clips_api.deps import Given, Parts
from clips_api.people import Entry
from clips_api.render import page
from clips_api.store import people as store
from clips_api.store.people import Person, Told, folded
from pipeline import countries
from pipeline.errors import BadInput

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**63)]
Text = Annotated[str, Form(max_length=2000)]
ROLES = {
    "rep": "sees their own calls, notes and quizzes, and the library",
    "manager": "sees the calls of their team, coaches, makes lessons and quizzes",
    "admin": "sees everything, and changes people and settings",
}
DONE = {
    "added": "Added.",
    "saved": "Saved.",
    "claimed": "Noted: that name is theirs from now on.",
    "left": "Taken out: no sign-in and no messages any more. Their calls and what they wrote stay.",
    "back": "They are back.",
    "imported": "The table is in.",
}


@router.get("/people")
def show(
    request: Request,
    parts: Given,
    q: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str | None, Query(max_length=20)] = None,
) -> HTMLResponse:
    """Everybody, or those who have these words in their name, team or addresses."""
    return _list(request, parts, q=q, done=done)


@router.get("/people/new")
def new(request: Request, parts: Given, name: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """The form for somebody new."""
    return _form(request, parts, Person(name))


@router.post("/people/new")
async def add(request: Request, parts: Given) -> Response:
    """Add somebody."""
    return await _save(request, parts, 0)


@router.post("/people/claim")
def claim(request: Request, parts: Given, name: Text, whose: Annotated[int, Form(ge=0, lt=2**63)] = 0) -> Response:
    """A name that recordings give is somebody's."""
    if not whose:
        return _list(request, parts, code=422, problem=f"choose whose name {name!r} is")
    found = people.person(parts, whose)
    if folded(name) not in {folded(known) for known in found.names}:
        try:
            people.saved(parts, whose, Told(replace(found, aliases=(*found.aliases, " ".join(name.split())))))
        except BadInput as error:
            return _list(request, parts, code=422, problem=error.detail)
    return RedirectResponse("/people?done=claimed", 303)


@router.get("/people/{number}")
def edit(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """The form of one person."""
    return _form(request, parts, people.person(parts, number))


@router.post("/people/{number}")
async def change(request: Request, parts: Given, number: Number) -> Response:
    """Change somebody."""
    return await _save(request, parts, number)


@router.post("/people/{number}/leave")
def leave(parts: Given, number: Number) -> RedirectResponse:
    """They left."""
    people.gone(parts, number, left=True)
    return RedirectResponse("/people?done=left", 303)


@router.post("/people/{number}/return")
def come_back(parts: Given, number: Number) -> RedirectResponse:
    """They are back."""
    people.gone(parts, number, left=False)
    return RedirectResponse("/people?done=back", 303)


@router.post("/people/{number}/sign-in")
def hand_out(request: Request, parts: Given, number: Number) -> HTMLResponse:
    """A link that signs them in, to pass on by hand. It is shown now and never again."""
    person = people.person(parts, number)
    return _form(request, parts, person, code=201, link=sign_in.hand_out(parts, request, number))


async def _save(request: Request, parts: Parts, number: int) -> Response:
    form = {name: str(value) for name, value in (await request.form(max_fields=20)).items()}
    return await run_in_threadpool(_saved, request, parts, number, form)


def _saved(request: Request, parts: Parts, number: int, form: dict[str, str]) -> Response:
    typed: dict[str, Any] = {name: " ".join(form.get(name, "").split()) or None for name in people.FIELDS}
    typed["name"] = typed["name"] or ""
    typed["role"] = typed["role"] or "rep"
    typed["aliases"] = [alias.strip() for alias in form.get("aliases", "").split(",") if alias.strip()]
    try:
        people.saved(parts, number, Entry(**typed).told())
    except (BadInput, ValidationError) as error:
        problem = error.detail if isinstance(error, BadInput) else _why(error)
        shown = Person(**typed | {"aliases": tuple(typed["aliases"])}, id=number)
        return _form(request, parts, shown, code=422, problem=problem)
    return RedirectResponse(f"/people?done={'saved' if number else 'added'}", 303)


def _why(error: ValidationError) -> str:
    fault = error.errors()[0]
    field = people.FIELDS.get(str(fault["loc"][0]), str(fault["loc"][0]))
    return "a person needs a name" if field == "name" and not fault["input"] else f"{field}: {fault['msg']}"


def _list(
    request: Request, parts: Parts, *, code: int = 200, q: str = "", done: str | None = None, problem: str | None = None
) -> HTMLResponse:
    everybody = store.find(parts.store)
    words = q.casefold().split()
    found = [one for one in everybody if all(word in _words(one) for word in words)]
    there = [one for one in everybody if not one.left]
    return page(
        request,
        "people.html",
        code,
        everybody=there,
        found=[one for one in found if not one.left],
        gone=[one for one in found if one.left],
        calls=_calls(parts, everybody),
        countries=countries.countries(),
        names=unclaimed(parts, there),
        q=q,
        done=DONE.get(done or ""),
        problem=problem,
    )


def _words(person: Person) -> str:
    told = (*person.names, person.email, person.team, person.role, person.country, person.zone)
    return " ".join(part for part in told if part).casefold()


def _calls(parts: Parts, everybody: list[Person]) -> dict[int, int]:
    """How many calls each has."""
    roster, found = store.Roster(everybody), dict[int, int]()
    for row in parts.database.rows("rep_calls"):
        person = roster.person(row["name"])
        if person is not None:
            found[person.id] = found.get(person.id, 0) + row["calls"]
    return found


def _form(
    request: Request,
    parts: Parts,
    person: Person,
    *,
    code: int = 200,
    problem: str | None = None,
    link: sign_in.Link | None = None,
) -> HTMLResponse:
    return page(
        request,
        "person.html",
        code,
        person=person,
        problem=problem,
        link=link,
        roles=ROLES,
        teams=store.roster(parts.store).teams,
        countries=countries.countries(),
        zones=countries.zones(),
        zone_of={code: found[0] for code in countries.countries() if len(found := countries.zones_in(code)) == 1},
    )
