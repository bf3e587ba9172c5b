"""Asking the index for clips: what was typed and chosen -> a page of clips, the total, counts for filters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from clips_api.cursors import Cursors
from clips_api.index.database import Database, Row
from clips_api.words import Query
from pipeline.errors import BadInput

Sort = Literal["relevance", "newest", "best"]


@dataclass(frozen=True)
class Question:
    """Everything that decides which clips are found, and in what order."""

    q: str = ""
    tag: str | None = None
    rep: str | None = None
    speaker: str | None = None
    since: str | None = None
    until: str | None = None
    min_score: float | None = None
    sort: Sort = "relevance"
    suggestions: bool = False  # whether those that nobody has agreed to are shown too

    @property
    def query(self) -> Query:
        return Query.parse(self.q)

    def filters(self) -> dict[str, Any]:
        """The filters as the statements take them."""
        return {
            "tag": self.tag,
            "rep": self.rep,
            "speaker": self.speaker,
            "since": moment(self.since, "since"),
            "until": moment(self.until, "until", after=True),
            "min_score": self.min_score,
            "needles": self.query.needles,
        }


@dataclass(frozen=True)
class Page:
    """Some rows of a list, how many there are in all, and where it goes on."""

    rows: list[Row]
    total: int
    next: str | None


def search(database: Database, cursors: Cursors, question: Question, *, limit: int, cursor: str | None = None) -> Page:
    """One page of clips. Raises BadInput for dates or a cursor that can't be understood.

    Words that hold no letter or digit ask for nothing: then nothing is found rather than everything.
    """
    if question.q.strip() and not question.query:
        return Page([], 0, None)
    asked = asdict(question)
    after, after_id = cursors.read(asked, cursor)
    rows = database.rows(
        "search",
        **question.filters(),
        sort=question.sort,
        suggestions=question.suggestions,
        phrase=question.query.phrase,
        after=after,
        after_id=after_id,
        limit=limit + 1,
    )
    return page(rows, limit, lambda row: cursors.make(asked, list(row["rank"].values()), row["id"]))


def facets(database: Database, question: Question) -> dict[str, list[tuple[str, int]]]:
    """For tag, rep and speaker: each value with the number of clips it would leave, most first."""
    found: dict[str, list[tuple[str, int]]] = {"tag": [], "rep": [], "speaker": []}
    if question.q.strip() and not question.query:
        return found
    for row in database.rows("facets", **question.filters()):
        found[row["facet"]].append((row["value"], row["clips"]))
    return found


def page(rows: list[Row], limit: int, cursor: Any) -> Page:
    """Cut a list that was asked for one row more than it shows; `cursor` names the last row shown."""
    total = rows[0]["total"] if rows else 0
    found = [row for row in rows if row["rank"] is not None]
    more = len(found) > limit
    return Page(found[:limit], total, cursor(found[limit - 1]) if more else None)


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
        return when.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput(f"{name}: {text[:40]!r} is no date; write it like 2021-12-31") from error
