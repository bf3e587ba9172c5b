"""What finds words in a million texts, ours and others.

Each is given a text to look for, reads it, and gives back the search proper: the best twenty texts, and how many there
are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import tantivy

from clips_api.index.database import Database
from clips_api.index.lookup import Lookup
from clips_api.query import Query

Search = Callable[[], int]
Finder = Callable[[str], Search]
FIRST = 20


def ours(database: Database) -> Finder:
    """The words of a search, read and found as search does, before any row is fetched."""
    words = database.edition.words
    searcher = words.searcher()
    lookup = Lookup(words.schema, searcher)

    def find(text: str) -> Search:
        asked = lookup.words(lookup.near(Query.parse(text))) or tantivy.Query.all_query()
        return lambda: _counted(searcher.search(asked, FIRST))

    return find


def bare_tantivy(folder: Path, texts: Sequence[str]) -> Finder:
    """tantivy's own query parser over one stemmed field."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="position")
    folder.mkdir(parents=True)
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=256_000_000, num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(text: str) -> Search:
        asked = index.parse_query(text, ["text"], conjunction_by_default=True)
        return lambda: _counted(searcher.search(asked, FIRST))

    return find


def fts5(folder: Path, texts: Sequence[str]) -> Finder:
    """SQLite's FTS5 with its Porter stemmer."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "texts.sqlite")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'porter unicode61')")
    with connection:
        connection.executemany("INSERT INTO texts VALUES (?)", ((text,) for text in texts))
        connection.execute("INSERT INTO texts(texts) VALUES ('optimize')")

    first = f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT {FIRST}"

    def find(text: str) -> Search:
        asked = text if text.startswith('"') else " ".join(f'"{word}"' for word in text.split())

        def search() -> int:
            connection.execute(first, [asked]).fetchall()
            return int(connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", [asked]).fetchone()[0])

        return search

    return find


def duckdb_fts(folder: Path, texts: Sequence[str]) -> Finder | None:
    """DuckDB's fts extension, where it is installed; it knows no phrases, so those are looked for in what it finds."""
    folder.mkdir(parents=True)
    connection = duckdb.connect(str(folder / "texts.duckdb"))
    try:
        from duckdb_extensions import import_extension

        import_extension("fts", con=connection)
        connection.execute("LOAD fts")
    except (ImportError, duckdb.Error):
        return None
    lines = folder / "texts.txt"
    lines.write_text("\n".join(texts))
    connection.execute(
        "CREATE TABLE texts AS SELECT row_number() OVER () AS id, text"
        " FROM read_csv($1, columns = {'text': 'VARCHAR'}, delim = '\x01', quote = '', header = false)",
        [str(lines)],
    )
    connection.execute("PRAGMA create_fts_index('texts', 'id', 'text')")
    score = "fts_main_texts.match_bm25(id, $1, conjunctive := 1)"

    sql = (
        f"SELECT count(*) OVER (), id FROM (SELECT id, text, {score} AS score FROM texts)"
        f" WHERE score IS NOT NULL AND contains(text, $2) ORDER BY score DESC LIMIT {FIRST}"
    )

    def find(text: str) -> Search:
        words = text.strip('"')
        phrase = words if text.startswith('"') else ""

        def search() -> int:
            found = connection.execute(sql, [words, phrase]).fetchall()
            return int(found[0][0]) if found else 0

        return search

    return find


def _counted(found: Any) -> int:
    return int(found.count)


PEERS: dict[str, Callable[[Path, Sequence[str]], Finder | None]] = {
    "bare tantivy": bare_tantivy,
    "SQLite FTS5": fts5,
    "DuckDB fts": duckdb_fts,
}
