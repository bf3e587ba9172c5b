"""What a search asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Literal

from clips_api.query import Query
from pipeline.errors import BadInput
from pipeline.zones import zoned

Sort = Literal["relevance", "newest", "best"]


@dataclass(frozen=True)
class Question:
    """Everything that decides which clips are found, and in what order. Lengths of calls in seconds."""

    q: str = ""
    tag: str | None = None
    part: tuple[str, ...] = ()  # of good handling: all of them are heard
    min_score: float | None = None
    missed: str | None = None  # a step that the call lacks
    rep: str | None = None
    team: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    min_length: float | None = None
    max_length: float | None = None
    source: str | None = None
    reviewed: bool | None = None
    sort: Sort = "relevance"
    calls: tuple[str, ...] | None = None  # only these
    suggestions: bool = False  # whether those that nobody has agreed to are shown too

    @cached_property
    def query(self) -> Query:
        return Query.parse(self.q)

    @property
    def filtered(self) -> bool:
        """Whether anything but words is asked for."""
        return self.without("q", "sort", "suggestions") != Question()

    def without(self, *names: str) -> Question:
        """The same with some filters not set."""
        return replace(self, **{name: getattr(Question(), name) for name in names})

    @property
    def empty(self) -> bool:
        """Words that hold no letter or digit ask for nothing: then nothing is found rather than everything."""
        return bool(self.q.strip()) and not self.query


def moment(text: str | None, name: str, *, after: bool = False) -> datetime | None:
    """A date or a time as the index keeps it (UTC). A whole day given as an end includes that day.

    Dates without a zone are of this machine's.
    """
    if not text:
        return None
    try:
        if len(text) == len("2021-12-01"):
            day = date.fromisoformat(text) + timedelta(days=int(after))
            when = datetime.combine(day, time())
        else:
            when = datetime.fromisoformat(text)
        return zoned(when).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput(f"{name}: {text[:40]!r} is no date; write it like 2021-12-31") from error
