"""What finds words in a million texts, ours and others.

Each is given a text to look for, reads it, and gives back the search proper: the best twenty texts, and how many there
are.
"""

from __future__ import annotations

import sqlite3
import subprocess
import venv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tantivy

from clips_api.index.database import Database
from clips_api.index.lookup import Lookup
from clips_api.query import Query
from tests.places import ROOT

Search = Callable[[], int]
Finder = Callable[[str], Search]
FIRST = 20
BIT = 5_000  # texts written at once: about as many as bench/search.py writes of ours


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
    """tantivy's own query parser over one stemmed field, all written at once: one segment."""
    return _bare(folder, [texts])


def kept_up(folder: Path, texts: Sequence[str]) -> Finder:
    """The same, written bit by bit as ours is; each question has to look into several segments."""
    return _bare(folder, [texts[first : first + BIT] for first in range(0, len(texts), BIT)])


def _bare(folder: Path, bits: Sequence[Sequence[str]]) -> Finder:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="position")
    folder.mkdir(parents=True)
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=256_000_000, num_threads=1)
    for bit in bits:
        for text in bit:
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


class Elsewhere:
    """A finder in a process of its own: it is sent a question a line, and answers with how many texts it found."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.ready = self._told() == "ready"

    def __call__(self, text: str) -> Search:
        return partial(self._ask, text)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, text: str) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n")
        return int(self._told())

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def duckdb_fts(folder: Path, texts: Sequence[str]) -> Finder | None:
    """DuckDB's fts extension, where it can be had."""
    folder.mkdir(parents=True)
    python = _peers()
    if python is None:
        return None
    lines = folder / "texts.txt"
    lines.write_text("\n".join(texts))
    script = Path(__file__).parent / "fts_peer.py"
    finder = Elsewhere([str(python), str(script), str(lines), str(folder / "texts.duckdb")])
    return finder if finder.ready else None


def _peers() -> Path | None:
    """A Python with what is only measured against, by its lock; None where that can't be had."""
    home, lock = ROOT / ".venv" / "peers", ROOT / "requirements" / "peers.txt"
    python = home / "bin" / "python"
    try:
        if not python.exists():
            venv.create(home, with_pip=True)
        install = ["-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes", "-r", str(lock)]
        subprocess.run([python, *install], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def _counted(found: Any) -> int:
    return int(found.count)


PEERS: dict[str, Callable[[Path, Sequence[str]], Finder | None]] = {
    "bare tantivy": bare_tantivy,
    "the same kept up like ours": kept_up,
    "SQLite FTS5": fts5,
    "DuckDB fts": duckdb_fts,
}
