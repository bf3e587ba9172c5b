"""Byte ranges of an answer that is made on the spot. Files on disk have Starlette's FileResponse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from clips_api import problems

PARTS: dict[int | str, dict[str, Any]] = {  # for the API's document: what a Range header may lead to
    status: {"description": HTTPStatus(status).phrase} for status in (206, 416)
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def ranged(request: Request, data: bytes, media_type: str, *, filename: str) -> Response:
    """The whole of it, the range asked for (206), or 416. Several ranges at once are answered with the whole."""

    def part(first: int, last: int) -> Iterator[bytes]:
        yield data[first : last + 1]

    tag = sha256(data).hexdigest()[:32]
    return streamed(request, len(data), part, media_type, filename=filename, tag=tag)


def streamed(
    request: Request,
    size: int,
    part: Callable[[int, int], Iterator[bytes]],
    media_type: str,
    *,
    filename: str,
    tag: str,
) -> Response:
    """The same for what is made while it is sent: `part` gives the bytes from a first to a last one, of `size`."""
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{tag}"', "Content-Disposition": f'inline; filename="{filename}"'}
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    condition = request.headers.get("if-range")
    first, last, status = 0, size - 1, 200
    if match is not None and match.group() != "bytes=-" and condition in (None, headers["ETag"]):
        first, last = _bounds(match[1], match[2], size)
        if first >= size or last < first:
            problem = problems.Problem(
                title="That range lies outside.", status=416, detail=f"{size} bytes", advice=None
            )
            return problems.answer(request, problem, {"Content-Range": f"bytes */{size}"})
        headers["Content-Range"], status = f"bytes {first}-{last}/{size}", 206
    headers["Content-Length"] = str(last + 1 - first)
    if request.method == "HEAD":
        return Response(status_code=status, media_type=media_type, headers=headers)
    return StreamingResponse(part(first, last), status, media_type=media_type, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last n bytes
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1
