"""What is shown of clips: the rows of up to 64 neighbouring spans of a call, packed as one sheet beside the words.

A span's number says on which sheet it stands, and where. What is the same in every row of a sheet is kept once, what
was said before a clip only where no other row says it, and words and columns that most sheets hold are in familiar.txt:
together that is three quarters of what is said in short calls, less in long ones. Whoever changes a letter of
familiar.txt raises SCHEMA in database.py.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

import tantivy

from clips_api.spans import clip_id

Row = dict[str, Any]
SPANS = 64  # of a sheet
_MADE = ("id", "number")  # what is known without being kept


def packed(spans: Sequence[Sequence[Row]]) -> bytes:
    """A sheet of the rows of some spans of one call."""
    rows = [row for span in spans for row in span]
    columns = {name: [row[name] for row in rows] for name in rows[0] if name not in _MADE}
    said = {text: at for at, text in enumerate(columns["quote"])}
    columns["context"] = [said.get(text, text) for text in columns["context"]]
    same = {name: values[0] for name, values in columns.items() if all(value == values[0] for value in values)}
    each = {name: values for name, values in columns.items() if name not in same}
    sheet = [[len(span) for span in spans], same, each]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_familiar())
    plain = json.dumps(sheet, default=_in_words, separators=(",", ":"), ensure_ascii=False)
    return packer.compress(plain.encode()) + packer.flush()


class Sheet:
    """A sheet unpacked."""

    def __init__(self, data: bytes) -> None:
        plain = zlib.decompressobj(-zlib.MAX_WBITS, zdict=_familiar()).decompress(data)
        self._sizes, self._same, self._each = json.loads(plain.decode())

    def __len__(self) -> int:
        return len(self._sizes)

    def rows(self, place: int) -> list[Row]:
        """The rows of the span that stands here."""
        first = sum(self._sizes[:place])
        return [self._row(at) for at in range(first, first + self._sizes[place])]

    def _value(self, name: str, at: int) -> Any:
        return self._each[name][at] if name in self._each else self._same[name]

    def _row(self, at: int) -> Row:
        row: Row = self._same | {name: values[at] for name, values in self._each.items()}
        if isinstance(row["context"], int):
            row["context"] = self._value("quote", row["context"])
        row["said_at"] = datetime.fromisoformat(row["said_at"]) if row["said_at"] else None
        row["id"] = clip_id(row["recording_id"], row["start_s"], row["end_s"], row["turn"])
        return row


class Sheets:
    """The sheets of one state of the word index, each read once."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._read: dict[int, Sheet | None] = {}

    def rows(self, number: int) -> list[Row]:
        """The rows of a span by its number; none where it is gone."""
        which, place = divmod(number, SPANS)
        if which not in self._read:
            self._read[which] = self._sheet(which)
        sheet = self._read[which]
        return sheet.rows(place) if sheet is not None and place < len(sheet) else []

    def _sheet(self, which: int) -> Sheet | None:
        query = tantivy.Query.term_query(self._schema, "sheet", which)
        hits = self._searcher.search(query, 1, count=False).hits
        return Sheet(bytes(self._searcher.doc(hits[0][1])["rows"][0])) if hits else None


def numbered(first: int, spans: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The spans of one call, a sheet of them at a time, each sheet with its number from `first` on."""
    rest = iter(spans)
    while some := list(islice(rest, SPANS)):
        yield first, some
        first += 1


@cache
def _familiar() -> bytes:
    return files(__package__).joinpath("familiar.txt").read_bytes()


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of a row")
