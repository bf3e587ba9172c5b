"""What the filters of a search count: each with the fields of a question that set it, and how it is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

VALUES = 1000  # different values of a filter that are counted
LENGTHS = (0, 300, 900, 1800)  # seconds of a call, where the bands that are counted begin
SCORES = (0, 2, 4, 6, 8)
DAYS = (7, 30, 90, 365)


def _terms(field: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"terms": {"field": field, "size": VALUES}}


def _bands(field: str, starts: tuple[float, ...]) -> Callable[[], dict[str, Any]]:
    ranges = [
        {"from": float(start), **({"to": float(end)} if end is not None else {})}
        for start, end in zip(starts, (*starts[1:], None), strict=True)
    ]
    return lambda: {"range": {"field": field, "ranges": ranges}}


def _days() -> dict[str, Any]:
    """Spans of whole days up to now, by this machine's midnights."""
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return _bands("day", tuple((today - timedelta(days=days)).timestamp() for days in reversed(DAYS)))()


FACETS: dict[str, tuple[tuple[str, ...], Callable[[], dict[str, Any]]]] = {
    "tag": (("tag",), _terms("tag")),
    "part": ((), _terms("part")),
    "missed": (("missed",), _terms("missed")),
    "rep": (("rep", "team"), _terms("rep")),
    "source": (("source",), _terms("source")),
    "reviewed": (("reviewed",), _terms("reviewed")),
    "score": (("min_score",), _bands("score", SCORES)),
    "length": (("min_length", "max_length"), _bands("length", LENGTHS)),
    "days": (("since", "until"), _days),
}
