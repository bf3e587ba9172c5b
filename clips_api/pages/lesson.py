"""A lesson as it is gone through, on a phone: an item a screen, going on where it was left.

Behind a link, for the person themself when they are signed in, and as a preview for managers. Looking changes nothing;
pressing Next writes down how far they are.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from clips_api import captions, consents, modules, publishing
from clips_api.clipping import TYPES, Clipping, Format
from clips_api.deps import Given, Parts
from clips_api.lesson_screens import Lesson
from clips_api.lessons import Heard
from clips_api.links import Reviewed, Ticket
from clips_api.modules import Number
from clips_api.quiet import Quiet
from clips_api.ranges import ranged
from clips_api.render import page
from clips_api.store import assignments, places
from clips_api.store import modules as store
from pipeline.errors import NotFound
from pipeline.library import now

router = APIRouter()
given = APIRouter()  # behind a link, and signed in
preview = APIRouter(prefix="/modules/{number}/v/{version}")
HEADERS = {  # nobody else should keep or find it
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "same-origin",
}
Place = Annotated[int, Path(ge=1, le=1000)]
PROBE = ["GET", "HEAD"]


@given.get("/lesson")
def go_on(parts: Given, ticket: Reviewed) -> RedirectResponse:
    """Where they left."""
    lesson = _lesson(parts, ticket)
    if lesson is None:
        return RedirectResponse(ticket.path, 303)
    so_far = places.place(parts.store, ticket.assignment.id)
    where = "end" if ticket.assignment.learned_at else str(min(so_far + 1, len(lesson.items)))
    return RedirectResponse(f"{ticket.path}/lesson/{where}", 303)


@given.get("/lesson/end")
def end(request: Request, parts: Given, ticket: Reviewed) -> Response:
    """What comes after it."""
    lesson = _lesson(parts, ticket)
    if lesson is None or ticket.assignment.learned_at is None:
        return RedirectResponse(f"{ticket.path}/lesson" if lesson else ticket.path, 303)
    quiz = ticket.assignment.quiz_version_id is not None and ticket.assignment.open
    return _page(request, "lesson_end.html", lesson, ticket.path, quiz=quiz, by=ticket.assignment.by)


@given.get("/lesson/{place}")
def show(request: Request, parts: Given, ticket: Reviewed, place: Place) -> Response:
    """One item."""
    lesson = _lesson(parts, ticket)
    if lesson is None:
        return RedirectResponse(ticket.path, 303)
    quiz = ticket.assignment.quiz_version_id is not None
    return _screen(request, parts, lesson, ticket.path, place, quiz=quiz, posts=True)


@given.post("/lesson/{place}")
def go_past(parts: Given, ticket: Reviewed, place: Place) -> RedirectResponse:
    """Next was pressed; past the last item all is learned and the quiz follows, where there is one."""
    lesson, number = _lesson(parts, ticket), ticket.assignment.id
    if lesson is None:
        return RedirectResponse(ticket.path, 303)
    so_far = places.place(parts.store, number)
    if place > so_far + 1:  # an item was left out
        return RedirectResponse(f"{ticket.path}/lesson/{so_far + 1}", 303)
    if ticket.assignment.open:
        places.reach(parts.store, number, min(place, len(lesson.items)), now())
    if place < len(lesson.items):
        return RedirectResponse(f"{ticket.path}/lesson/{place + 1}", 303)
    if ticket.assignment.learned_at is None:
        assignments.learned(parts.store, number, now(), Quiet.of(parts.settings, ticket.person))
        consents.helped(parts, [item.clip_id for item in lesson.items if isinstance(item, Heard)])
    goes_on = ticket.assignment.quiz_version_id is not None and ticket.assignment.open
    return RedirectResponse(f"{ticket.path}/quiz" if goes_on else f"{ticket.path}/lesson/end", 303)


@given.api_route("/lesson/clips/{place}/audio", methods=PROBE)
def audio(
    request: Request,
    parts: Given,
    ticket: Reviewed,
    place: Place,
    format: Format = "wav",  # noqa: A002  the parameter's name
) -> Response:
    """A clip's sound, always muted of personal data."""
    return _sound(request, _clip(parts, _lesson(parts, ticket), place), format)


@given.api_route("/lesson/clips/{place}/captions.vtt", methods=PROBE)
def captions_vtt(parts: Given, ticket: Reviewed, place: Place) -> Response:
    """Its captions."""
    return _captions(_clip(parts, _lesson(parts, ticket), place))


@preview.get("/lesson")
def look_first(number: Number, version: Number) -> RedirectResponse:
    """A preview begins at the beginning."""
    return RedirectResponse(f"/modules/{number}/v/{version}/lesson/1", 303)


@preview.get("/lesson/end")
def look_end(request: Request, parts: Given, number: Number, version: Number) -> Response:
    """Where a preview ends."""
    lesson = _previewed(parts, number, version)
    path = f"/modules/{number}/v/{version}"
    return _page(request, "lesson_end.html", lesson, path, quiz=False, by=None, back=f"/modules/{number}")


@preview.get("/lesson/{place}")
def look(request: Request, parts: Given, number: Number, version: Number, place: Place) -> Response:
    """One item of any version, as those see it who have it; nothing is written down."""
    lesson = _previewed(parts, number, version)
    path = f"/modules/{number}/v/{version}"
    if not lesson.items:
        return RedirectResponse(f"/modules/{number}", 303)
    quiz = lesson.version.quiz_id is not None
    return _screen(request, parts, lesson, path, place, quiz=quiz, posts=False, back=f"/modules/{number}")


@preview.api_route("/lesson/clips/{place}/audio", methods=PROBE)
def look_audio(
    *,
    request: Request,
    parts: Given,
    number: Number,
    version: Number,
    place: Place,
    format: Format = "wav",  # noqa: A002
) -> Response:
    """Its sound."""
    return _sound(request, _clip(parts, _previewed(parts, number, version), place), format)


@preview.api_route("/lesson/clips/{place}/captions.vtt", methods=PROBE)
def look_captions(parts: Given, number: Number, version: Number, place: Place) -> Response:
    """Its captions."""
    return _captions(_clip(parts, _previewed(parts, number, version), place))


def _lesson(parts: Parts, ticket: Ticket) -> Lesson | None:
    """The version that is theirs; None where they have not pressed Start, or have no lesson."""
    own = ticket.assignment
    if own.module_id is None or own.module_version_id is None:
        return None
    version = modules.published(parts, own.module_id, own.module_version_id)
    return Lesson.of(store.one(parts.store, own.module_id).title, version)


def _previewed(parts: Parts, number: int, version: int) -> Lesson:
    one = store.one(parts.store, number)
    for found in store.history(parts.store, [number])[number]:
        if found.number == version:
            return Lesson.of(one.title, found, publishing.visible)
    raise NotFound(f"version {version} of lesson {number}")


def _clip(parts: Parts, lesson: Lesson | None, place: int) -> Clipping:
    if lesson is None:
        raise NotFound("the lesson: it was not started")
    return lesson.clip(parts, place)


def _screen(
    request: Request, parts: Parts, lesson: Lesson, path: str, place: int, *, quiz: bool, posts: bool, back: str = ""
) -> HTMLResponse:
    screen = lesson.screen(parts, place)
    return _page(request, "lesson.html", lesson, path, screen=screen, quiz=quiz, posts=posts, back=back)


def _page(request: Request, template: str, lesson: Lesson, path: str, **context: Any) -> HTMLResponse:
    shown = {"back": ""} | context
    return page(request, template, headers=HEADERS, lesson=lesson, base=path, total=len(lesson.items), **shown)


def _sound(request: Request, clip: Clipping, form: Format) -> Response:
    answer = ranged(request, clip.sound(form), TYPES[form], filename=f"clip.{form}")
    answer.headers.update(HEADERS)
    return answer


def _captions(clip: Clipping) -> Response:
    answer = captions.VttResponse(captions.as_vtt(clip.cues(names=False)))
    answer.headers.update(HEADERS)
    return answer


router.include_router(given, prefix="/q/{token}")
router.include_router(given, prefix="/assignments/{assignment}")
router.include_router(preview)
