"""DuckDB's fts extension, in a Python of its own: `python fts_peer.py TEXTS DATABASE`.

The extension is built for one version of DuckDB and ours is a later one (requirements/peers.txt). Reads a question a
line and answers each with how many texts were found; knows no phrases, so those are looked for in what it finds.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from duckdb_extensions import import_extension

FIRST = 20
SQL = f"""
SELECT count(*) OVER (), id
FROM (SELECT id, text, fts_main_texts.match_bm25(id, $1, conjunctive := 1) AS score FROM texts)
WHERE score IS NOT NULL AND contains(text, $2)
ORDER BY score DESC LIMIT {FIRST}
"""


def main(texts: str, database: str) -> None:
    connection = duckdb.connect(database, config={"extension_directory": str(Path(database).parent)})
    import_extension("fts", con=connection)
    connection.execute("LOAD fts")
    connection.execute(
        "CREATE TABLE texts AS SELECT row_number() OVER () AS id, text"
        " FROM read_csv($1, columns = {'text': 'VARCHAR'}, delim = '\x01', quote = '', header = false)",
        [texts],
    )
    connection.execute("PRAGMA create_fts_index('texts', 'id', 'text', stopwords = 'none')")
    print("ready", flush=True)
    for line in sys.stdin:
        asked = line.strip()
        words = asked.strip('"')
        found = connection.execute(SQL, [words, words if asked != words else ""]).fetchall()
        print(int(found[0][0]) if found else 0, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
