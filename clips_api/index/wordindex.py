"""Finds clips by what is said in them: a tantivy index beside DuckDB, one document a span.

It also carries what clips are filtered by, so that a search never joins, and what is shown of them, packed in sheets
(sheets.py); DuckDB's row says that a clip is there. Written by one thread, the words before the rows; read by all.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import tantivy

from clips_api.index.relevance import Worth
from clips_api.index.sheets import SPANS, packed
from clips_api.words import COMMON

HEAP = 64_000_000  # bytes the writer may fill before it writes a segment
EXACT = ("tag", "perhaps", "part", "missed", "rep", "source", "reviewed", "said_by", "sole", "call")
NUMBERS = ("day", "newest", "best")
FRACTIONS = ("worth", "score", "length")
SIDES = {"rep": "r", "customer": "c", "unknown": "u"}
_FINE = 1 << 36  # of a double's last bits: a worth keeps five figures, in a third of the room
_LATEST, _PLACE = 1 << 34, 1 << 20  # seconds since 1970; tenths of a second into a call
_stemmer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("english")).build()


@dataclass(frozen=True)
class Entry:
    """A span: what is said in it, in folded words, and what it is filtered by. Times in seconds, UTC."""

    id: str
    call: str
    kind: str
    quote: str
    reply: str
    speaker: str
    reply_speaker: str | None
    lines: tuple[str, ...]  # the same, each text with the beginning of the turn after it
    tags: tuple[str, ...]
    perhaps: tuple[str, ...]
    parts: tuple[str, ...]
    missed: tuple[str, ...]
    rep: str | None
    source: str | None
    reviewed: bool
    score: float | None
    at: datetime | None
    start_s: float
    length_s: float | None  # of the call
    rows: tuple[dict[str, Any], ...]  # what is shown of it; a part of each stands in DuckDB


def stems(words: str | Sequence[str]) -> list[str]:
    """Each folded word in the form that all its forms share. English rules; other words stay as they are."""
    return _stemmer.analyze(words if isinstance(words, str) else " ".join(words))


def pairs(words: Sequence[str]) -> list[str]:
    """Common words that stand side by side, as one word: what makes "not for us" quick to find."""
    return [f"{one}_{two}" for one, two in pairwise(words) if one in COMMON and two in COMMON]


def after(words: Iterable[str]) -> list[str]:
    """Words of the turn that follows, which are said only there."""
    return [f"|{word}" for word in words]


def schema() -> tantivy.Schema:
    """The fields of a span's document."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("exact", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("stems", tokenizer_name="stems", index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="basic")
    # where two sides speak, each word once more with its side before it: c:price
    builder.add_text_field("exact_by", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("stems_by", tokenizer_name="whitespace", index_option="freq")
    for name in EXACT:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBERS:
        builder.add_integer_field(name, fast=True)
    for name in FRACTIONS:
        builder.add_float_field(name, fast=True)
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("sheet", indexed=True)  # of the one span that a sheet is kept with
    builder.add_bytes_field("rows", stored=True)
    return builder.build()


class WordIndex:
    """One folder of words. Raises ValueError, as tantivy does, where the folder is damaged."""

    def __init__(self, folder: Path, index: tantivy.Index) -> None:
        self.folder = folder
        self._index = index
        self._index.register_tokenizer("stems", _stemmer)
        self._index.config_reader("manual")
        self._index.reload()
        self._writer: tantivy.IndexWriter | None = None

    @classmethod
    def begun(cls, folder: Path) -> Self:
        """An empty one."""
        folder.mkdir(parents=True)
        return cls(folder, tantivy.Index(schema(), path=str(folder)))

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """One that was begun before."""
        return cls(folder, tantivy.Index.open(str(folder)))

    @property
    def schema(self) -> tantivy.Schema:
        return self._index.schema

    def searcher(self) -> tantivy.Searcher:
        """The words as they stand now; it stays like that however much is written."""
        return self._index.searcher()

    def sound(self) -> bool:
        """Whether the file that says what the index consists of is there, and whole; and whether it answers."""
        try:
            return bool(json.loads((self.folder / "meta.json").read_bytes())) and self._index.searcher().num_docs >= 0
        except (OSError, ValueError):
            return False

    def replace(self, calls: Iterable[str], sheets: Iterable[tuple[int, Sequence[Entry]]]) -> None:
        """Put these calls' words in place of their old ones, on disk; `show` lets them be found.

        Each sheet of entries comes with its number.
        """
        if self._writer is None:
            self._writer = self._index.writer(heap_size=HEAP, num_threads=1)
        try:
            for call in calls:
                self._writer.delete_documents_by_term("call", call)
            for sheet, entries in sheets:
                for number, entry in enumerate(entries, sheet * SPANS):
                    document = _document(number, entry)
                    if entry is entries[0]:
                        document.add_integer("sheet", sheet)
                        document.add_bytes("rows", packed([one.rows for one in entries]))
                    self._writer.add_document(document)
            self._writer.commit()
        except BaseException:
            self.close()  # what was not committed goes with it; its own rollback panics where the folder is damaged
            raise

    def show(self) -> None:
        """Let what was written be found by all who search from now on."""
        self._index.reload()

    def close(self) -> None:
        """Let the writer end; merges under way are given up."""
        self._writer = None


def _document(number: int, entry: Entry) -> tantivy.Document:
    worth = Worth.of(entry.kind, entry.score, entry.at)
    document = tantivy.Document(**{name: value for name, value in _fields(entry) if value})
    seconds = int(entry.at.replace(tzinfo=UTC).timestamp()) if entry.at else None
    if seconds is not None:
        document.add_integer("day", seconds)
    when = min(max(seconds or 0, 0), _LATEST - 1)
    place = _PLACE - 1 - min(int(entry.start_s * 10), _PLACE - 1)
    document.add_integer("newest", when * _PLACE + place)
    document.add_integer(
        "best", (int(((entry.score if entry.score is not None else -1) + 1) * 100) << 50) + (when << 15)
    )
    document.add_integer("number", number)
    document.add_float("worth", _coarse(2.0**worth.factor - 2))  # tantivy multiplies by log2(2 + this)
    for name, value in (("score", entry.score), ("length", entry.length_s)):
        if value is not None:
            document.add_float(name, value)
    return document


def _coarse(value: float) -> float:
    """A number without its last figures."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    (coarse,) = struct.unpack("<d", struct.pack("<q", bits - bits % _FINE))
    return float(coarse)


def _fields(entry: Entry) -> Iterator[tuple[str, list[str]]]:
    texts = [text for text in (entry.quote, entry.reply) if text.strip()]
    sides = list(dict.fromkeys(filter(None, (entry.speaker, entry.reply_speaker))))
    yield "exact", list(entry.lines)
    yield "stems", texts
    yield "pairs", [" ".join(pairs(text.split())) for text in texts]
    if len(sides) > 1:
        spoken = [(entry.speaker, entry.quote), (entry.reply_speaker or "", entry.reply)]
        yield "exact_by", [" ".join(by(side, text.split())) for side, text in spoken]
        yield "stems_by", [" ".join(by(side, stems(text))) for side, text in spoken]
    else:
        yield "sole", sides
    yield "said_by", sides
    yield "call", [entry.call]
    yield "tag", list(entry.tags)
    yield "perhaps", list(entry.perhaps)
    yield "part", list(entry.parts)
    yield "missed", list(entry.missed)
    yield "rep", [entry.rep] if entry.rep else []
    yield "source", [entry.source] if entry.source else []
    yield "reviewed", ["yes" if entry.reviewed else "no"]


def by(side: str, words: Iterable[str]) -> list[str]:
    """Words with the side that says them."""
    return [f"{SIDES.get(side, 'u')}:{word}" for word in words]
