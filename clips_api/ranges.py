"""Byte ranges of an answer that is made on the spot. Files on disk have Starlette's FileResponse."""

from __future__ import annotations

import re
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

from clips_api import problems

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def ranged(request: Request, data: bytes, media_type: str, *, filename: str) -> Response:
    """The whole of it, the range asked for (206), or 416. Several ranges at once are answered with the whole."""
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Content-Disposition": f'inline; filename="{filename}"'}
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    condition = request.headers.get("if-range")
    if match is None or match.group() == "bytes=-" or (condition is not None and condition != tag):
        return Response(data, media_type=media_type, headers=headers)
    first, last = _bounds(match[1], match[2], len(data))
    if first >= len(data) or last < first:
        problem = problems.Problem(
            title="That range lies outside.", status=416, detail=f"{len(data)} bytes", advice=None
        )
        return problems.answer(request, problem, {"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, media_type=media_type, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last n bytes
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1
