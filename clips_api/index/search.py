"""Asking the index for clips: what was typed and chosen -> a page of clips, the total, counts for filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any

import tantivy
from tantivy import FieldType, Order
from tantivy import Query as Sought

from clips_api.cursors import Cursors
from clips_api.index.database import Database, Edition, Row
from clips_api.index.facets import FACETS
from clips_api.index.lookup import Lookup, either, every, none_of
from clips_api.index.question import Question, moment
from clips_api.index.relevance import Rank, Worth
from clips_api.index.sheets import SPANS, Sheets
from clips_api.index.wordindex import SIDES
from clips_api.query import Query, Term
from clips_api.viewer import EVERYTHING, Sight
from pipeline.errors import BadInput

DEEPEST = 10_000  # clips that can be paged through by relevance; the other orders have no end
CALLS = 1_000_000  # calls that can say a phrase

Spellings = Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
Teams = Callable[[str], list[str]]


NOTHING = Query()


@dataclass(frozen=True)
class Page:
    """Some rows of a list, how many there are in all, and where it goes on. `query` is what was looked for."""

    rows: list[Row]
    total: int
    next: str | None
    query: Query = NOTHING


@dataclass(frozen=True)
class Finder:
    """Finds clips. `spellings`: the ways in which names are misheard; `team`: the reps of one; `sight`: whose calls."""

    database: Database
    cursors: Cursors
    spellings: Callable[[], Spellings] = dict
    team: Teams = lambda team: []  # noqa: ARG005
    sight: Sight = EVERYTHING

    def search(self, question: Question, *, limit: int, cursor: str | None = None) -> Page:
        """One page of clips. Raises BadInput for dates or a cursor that can't be understood, or one too deep."""
        if question.empty:
            return Page([], 0, None)
        asked = asdict(question)
        after, name = self.cursors.read(asked, cursor)
        look = self._look(question)
        words, conditions = look.words(question), look.conditions(question)
        sought = every(words, *conditions)
        order = question.sort if question.sort != "relevance" else "worth" if words is None else None
        depth = int(after[1]) if after else 0
        if depth > DEEPEST:
            raise BadInput(f"cursor: {DEEPEST:,} clips are enough; narrow the search, or sort it by date")
        from_here = sought
        if after and question.sort != "relevance":  # these orders go on from a value, however deep it lies
            depth = 0
            from_here = every(
                sought, look.lookup(question).between(question.sort, FieldType.Integer, None, int(after[0]))
            )
        hits, count = look.hits(from_here, depth + 2 * limit + 2, order)
        start = next((at + 1 for at, hit in enumerate(hits) if str(hit.number) == name), depth)
        rows, last = look.rows(question, hits[start:], limit)
        by_relevance = question.sort == "relevance"
        rows = [row | {"rank": _told(row, worded=words is not None) if by_relevance else None} for row in rows]
        certain = replace(question, suggestions=False)
        total = count if from_here is sought and certain == question else look.count(certain)
        going_on = None
        if last is not None and start + last + 1 < len(hits):
            end = hits[start + last]
            going_on = self.cursors.make(asked, [end.key, start + last + 1], str(end.number))
        return Page(rows, total, going_on, look.query)

    def counts(self, question: Question) -> dict[str, dict[str, int]]:
        """For each filter: each value with the number of clips it would leave, the other filters kept.

        Bands of scores and of lengths go by where they begin, spans of time by their days. Suggestions are not counted.
        """
        if question.empty:
            return {}
        question = replace(question, suggestions=False)
        look = self._look(question)
        together = {name: make() for name, (fields, make) in FACETS.items() if question.without(*fields) == question}
        found = look.counted(question, together)
        for name in FACETS.keys() - together.keys():
            fields, make = FACETS[name]
            found |= look.counted(question.without(*fields), {name: make()})
        sides = {side: look.count(replace(question, speaker=side)) for side in SIDES}
        return found | {"speaker": {side: clips for side, clips in sides.items() if clips}}

    def calls_saying(self, phrases: Iterable[tuple[str, ...]]) -> list[str]:
        """The calls in which any of these phrases is said, word for word."""
        look = self._look(Question())
        group = tuple(Term(phrase, "phrase") for phrase in phrases if phrase)
        sought = look.lookup(Question()).words(Query((group,))) if group else None
        if sought is None:
            return []
        found = look.searcher.aggregate(sought, {"call": {"terms": {"field": "call", "size": CALLS}}})
        return sorted(bucket["key"] for bucket in found["call"]["buckets"])

    def _look(self, question: Question) -> _Look:
        edition = self.database.edition
        searcher = edition.words.searcher()
        named = question.query.heard_as(self.spellings())
        query = Lookup(edition.words.schema, searcher).near(named)
        return _Look(edition, searcher, query, self.team, self.sight)


@dataclass(frozen=True)
class Hit:
    """A span that was found: by what it is sorted, its number, where the words keep it."""

    key: float
    number: int
    address: tantivy.DocAddress


@dataclass(frozen=True)
class _Look:
    """One look at the index: nothing changes in it while we read. `query`: what is looked for."""

    edition: Edition
    searcher: tantivy.Searcher
    query: Query
    team: Teams
    sight: Sight = EVERYTHING

    def lookup(self, question: Question) -> Lookup:
        return Lookup(self.edition.words.schema, self.searcher, question.speaker)

    def words(self, question: Question) -> Sought | None:
        return self.lookup(question).words(self.query)

    def conditions(self, question: Question) -> list[Sought]:
        """The filters that are set."""
        lookup = self.lookup(question)
        found = [
            lookup.term(field, value)
            for field, value in (
                ("missed", question.missed),
                ("rep", question.rep),
                ("source", question.source),
                ("said_by", question.speaker),
                ("reviewed", None if question.reviewed is None else "yes" if question.reviewed else "no"),
                *(("part", part) for part in question.part),
            )
            if value is not None
        ]
        if question.tag is not None:
            certain = lookup.term("tag", question.tag)
            found.append(either(certain, lookup.term("perhaps", question.tag)) if question.suggestions else certain)
        if question.team is not None:
            found.append(lookup.any_of("rep", self.team(question.team)))
        if self.sight.only is not None:
            found.append(lookup.any_of("rep", self.sight.only))
        if self.sight.never:
            found.append(none_of(lookup.any_of("rep", self.sight.never)))
        if question.calls is not None:
            found.append(lookup.any_of("call", question.calls))
        since, until = moment(question.since, "since"), moment(question.until, "until", after=True)
        for field, kind, least, most in (
            ("day", FieldType.Integer, _second(since), None if until is None else _second(until) - 1),
            ("score", FieldType.Float, question.min_score, None),
            ("length", FieldType.Float, question.min_length, question.max_length),
        ):
            if least is not None or most is not None:
                found.append(lookup.between(field, kind, least, most))
        return found

    def sought(self, question: Question) -> Sought:
        return every(self.words(question), *self.conditions(question))

    def hits(self, sought: Sought, limit: int, order: str | None) -> tuple[list[Hit], int]:
        """The first spans, and how many there are."""
        if order is None:
            found = self.searcher.search(sought, limit, weight_by_field="worth")
        else:
            found = self.searcher.search(sought, limit, order_by_field=order, order=Order.Desc)
        numbers = self.searcher.fast_field_values("number", [address for _, address in found.hits])
        hits = [Hit(key, int(number or 0), at) for (key, at), number in zip(found.hits, numbers, strict=True)]
        return hits, _counted(found)

    def rows(self, question: Question, hits: list[Hit], limit: int) -> tuple[list[Row], int | None]:
        """The rows of the first hits that are there, and the place of the last hit that was looked at.

        What the words know and the rows do not is on its way in, or out.
        """
        sheets = Sheets(self.edition.words.schema, self.searcher)
        shown: list[Row] = []
        last = None
        for at, hit in enumerate(hits):
            if len(shown) == limit:
                break
            last = at
            row = _chosen(question, sheets.rows(hit.number)) if hit.number // SPANS in self.edition.sheets else None
            if row is not None:
                shown.append(row | {"rank": hit.key})
        return shown, last

    def count(self, question: Question) -> int:
        return _counted(self.searcher.search(self.sought(question), 1))

    def counted(self, question: Question, aggregations: dict[str, Any]) -> dict[str, dict[str, int]]:
        if not aggregations:
            return {}
        found = self.searcher.aggregate(self.sought(question), aggregations)
        return {
            name: {
                str(bucket.get("from", bucket["key"])): bucket["doc_count"]
                for bucket in found[name]["buckets"]
                if bucket["doc_count"] and ("from" in bucket or "to" not in bucket)
            }
            for name in aggregations
        }


def _chosen(question: Question, rows: list[Row]) -> Row | None:
    """Of a span's rows the one of the tag that was asked for, else the one that stands for it."""
    for row in rows:
        chosen = row["lead_suggested" if question.suggestions else "lead"]
        if question.tag is not None:
            chosen = row["tag"] == question.tag
        if chosen and (question.suggestions or row["kind"] != "suggestion"):
            return row
    return None


def _told(row: Row, *, worded: bool) -> Rank:
    worth = Worth.of(row["kind"], row["score"], row["said_at"])
    return worth.told(row["rank"], datetime.now(UTC).replace(tzinfo=None), worded=worded)


def _counted(found: Any) -> int:
    return int(found.count)  # the library's stubs leave it out


def page(rows: list[Row], limit: int, cursor: Any) -> Page:
    """Cut a list that was asked for one row more than it shows; `cursor` names the last row shown."""
    total = rows[0]["total"] if rows else 0
    found = [row for row in rows if row["rank"] is not None]
    more = len(found) > limit
    return Page(found[:limit], total, cursor(found[limit - 1]) if more else None)


def _second(when: datetime | None) -> Any:
    """The first whole second since 1970 that is not before a time."""
    return None if when is None else ceil(when.replace(tzinfo=UTC).timestamp())
