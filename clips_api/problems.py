"""What a caller is told when something can't be done: RFC 9457 problem documents, or a page for people."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

import duckdb
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from clips_api.policy import HEADERS
from clips_api.render import error_page
from clips_api.store.database import RecordsAway
from clips_api.throttle import TooOften
from nlp.yamlfile import PlaybookError
from pipeline import errors

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class NotNow(errors.ExemplarError):
    """That can't be done with this recording as it stands."""

    advice = "The status page says where it is."


class Overtaken(errors.ExemplarError):
    """Somebody else changed this meanwhile."""

    advice = "Load it again and make your change there."


# The nearest class wins, so a new error needs no line here unless it differs from its parent.
STATUS: dict[type[BaseException], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.BadInput: 422,
    errors.TooLong: 413,
    errors.BadRecording: 422,
    errors.Busy: 409,
    NotNow: 409,
    Overtaken: 409,
    errors.DiskTrouble: 507,
    errors.NotRunning: 503,
    errors.NoModel: 503,
    errors.PrefectAway: 503,
    RecordsAway: 503,
    TooOften: 429,
    errors.ExemplarError: 500,
}


class Problem(BaseModel):
    """RFC 9457: what went wrong, in words a person understands."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["There is nothing by that name here."])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["call 0123456789abcdef"])
    advice: str | None = Field(None, examples=["Check the address."])
    errors: list[dict[str, str]] | None = Field(None, description="Each field at fault, and why.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
    for status in (400, 401, 403, 404, 422)
}
CONFLICT: dict[int | str, dict[str, Any]] = {409: RESPONSES[404] | {"description": HTTPStatus.CONFLICT.phrase}}


def status_of(error: BaseException) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem document under /api and for callers that ask for JSON, a page elsewhere."""
    if request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", ""):
        body = problem.model_dump(exclude_none=True)
        return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)
    told = problem.model_dump(include={"title", "detail", "advice"})
    return error_page(request, problem.status, headers, **told)


def of(request: Request, error: errors.ExemplarError) -> Response:
    """The answer that an error is."""
    title, advice = error.sentence, error.advice
    wait = {"Retry-After": str(error.wait_s)} if isinstance(error, TooOften) else None
    return answer(request, Problem(title=title, status=status_of(error), detail=error.detail, advice=advice), wait)


def tokenless(path: str) -> str:
    """A path as logs may hold it, without the token of a link for people without an account."""
    return re.sub(r"^/(c|q|sign-in)/[^/]+", r"/\1/…", path)


def install(app: FastAPI) -> None:
    """Teach an application to answer every error as a problem."""

    @app.exception_handler(errors.ExemplarError)
    def known(request: Request, error: errors.ExemplarError) -> Response:
        return of(request, error)

    @app.exception_handler(PlaybookError)
    def unreadable(request: Request, error: PlaybookError) -> Response:
        title, advice = (
            "A file of the playbook's draft can't be read.",
            "Mend it, or drop the draft: delete its folder.",
        )
        return answer(request, Problem(title=title, status=422, detail=str(error), advice=advice))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [
            {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "why": fault["msg"]}
            for fault in error.errors()
        ]
        detail = "; ".join(f"{fault['field']}: {fault['why']}" for fault in faults)
        title = errors.BadInput().sentence
        return answer(request, Problem(title=title, status=422, detail=detail, advice=None, errors=faults))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        title = errors.NotFound().sentence if error.status_code == 404 else HTTPStatus(error.status_code).phrase
        detail = str(error.detail) if error.detail != HTTPStatus(error.status_code).phrase else request.url.path
        return answer(
            request,
            Problem(title=title, status=error.status_code, detail=detail, advice=None),
            dict(error.headers) if error.headers else None,
        )

    @app.exception_handler(duckdb.Error)
    def index_away(request: Request, error: duckdb.Error) -> Response:
        log.error("%s %s failed: the index", request.method, tokenless(request.url.path), exc_info=error)
        title, advice = "The index can't be read right now.", "It is built again by itself; try again in a moment."
        return answer(request, Problem(title=title, status=503, detail="", advice=advice))

    @app.exception_handler(Exception)
    def unknown(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, tokenless(request.url.path), exc_info=error)
        problem = Problem(
            title="Something went wrong here.", status=500, detail="It was written to the log.", advice=None
        )
        return answer(request, problem, HEADERS)  # this one is answered outside the gate
