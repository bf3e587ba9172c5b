"""People's records for `exemplar backup` while Exemplar runs, whose settings say where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from clips_api import audit
from clips_api.deps import Given
from clips_api.problems import RESPONSES
from clips_api.store.lines import lines

router = APIRouter(prefix="/api/v1/backup", tags=["backup"], responses=RESPONSES)
LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}}}
PIECE = 1 << 16  # bytes sent at a time


@router.get("/records", response_class=Response, responses=LINES)
def records(parts: Given) -> Response:
    """Every row of people's records as they are at this moment, a line of JSON each (docs/backup.md)."""
    audit.note(parts, "shared", "records", "a backup")
    return StreamingResponse(_pieces(lines(parts.store)), media_type="application/x-ndjson")


def _pieces(given: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in given:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
