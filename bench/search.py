"""Search over a million clips (EXEMPLAR_BENCH_CLIPS: fewer): how long answers take, what the index weighs.

The clips are made (bench/many_calls.py), the same in every run. Answers are timed at the socket of a server of its own
process. Finding the words alone is timed in one process, one after the other, against bare tantivy, SQLite's FTS5 and
DuckDB's fts extension over the same texts, each asked for the first twenty clips by its own BM25 and for their number.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path

import httpx
import numpy as np
import psutil

from bench import many_calls
from bench.finders import PEERS, Elsewhere, Finder, ours
from bench.results import write
from clips_api.index import writer
from clips_api.index.database import Database
from clips_api.index.rows import Rows, rows_of
from pipeline.library import Library

CLIPS = int(os.environ.get("EXEMPLAR_BENCH_CLIPS", "1000000"))
BATCH = 500  # calls written at once
ASKED = 100  # questions of each kind
CLIENTS = 8
COMMON = [  # among the commonest of the sentences
    "the",
    "to",
    "and",
    "we",
    "it",
    "that",
    "is",
    "you",
    "for",
    "a",
    "of",
    "in",
    "have",
    "not",
    "what",
    "on",
    "this",
    "do",
    "be",
    "our",
    "with",
    "if",
    "was",
    "can",
    "they",
    "so",
    "me",
    "my",
    "just",
    "but",
]
Row = tuple[str, str, str]
Asked = dict[str, str]


def run() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory(prefix="exemplar-bench-") as folder:
        library = Library(Path(folder) / "data")
        library.prepare()
        texts, built = build(library)
        rows = [
            *weight(library, texts, built),
            *alone(library, texts, Path(folder)),
            *served(library),
        ]
    write("search", "Search", rows)


def build(library: Library) -> tuple[list[str], float]:
    """An index of a million clips, its texts as they are searched, and the seconds it took to write."""
    database = Database(library.index)
    texts: list[str] = []
    took = 0.0
    with ProcessPoolExecutor(1) as other:  # makes the calls while we write them
        batches = (other.submit(made, first) for first in range(0, 2 * CLIPS, BATCH * many_calls.TURNS))
        ahead = deque(islice(batches, 3))
        while ahead and len(texts) < CLIPS:
            rows = ahead.popleft().result()
            ahead.extend(islice(batches, 1))
            began = time.perf_counter()
            writer.replace(database, [str(one.call["recording_id"]) for one in rows], rows)
            took += time.perf_counter() - began
            texts += [f"{entry.quote} {entry.reply}" for one in rows for entry in one.entries]
        other.shutdown(cancel_futures=True)
    database.finish()
    database.close()
    return texts, took


def made(first: int) -> list[Rows]:
    """The rows of some calls; the first of them by its turns."""
    return [rows_of(one) for one in many_calls.calls(first // many_calls.TURNS, BATCH)]


def weight(library: Library, texts: Sequence[str], built: float) -> Iterator[Row]:
    """What the index weighs."""
    size = sum(file.stat().st_size for file in library.index.rglob("*") if file.is_file())
    words = sum(file.stat().st_size for file in library.index.glob("*/words/*"))
    letters = sum(map(len, texts))
    yield (
        f"{len(texts):,} clips, {letters / 1e6:.0f} MB of text: index on disk, of it words",
        f"{size / 1e6:.0f} MB, {words / 1e6:.0f} MB",
        "",
    )
    yield "… **ratio to the text**", f"**{size / letters:.2f}**", "3 or less"
    yield "… written at", f"{len(texts) / built:,.0f} clips/s", ""


def questions(texts: Sequence[str]) -> dict[str, list[Asked]]:
    """What is asked, by kind."""
    chance = random.Random(7)
    ranks = [chance.randrange(3_000, 30_000) for _ in range(ASKED)]
    runs = []
    while len(runs) < ASKED:
        said = chance.choice(texts).split()
        at = chance.randrange(max(1, len(said) - 3))
        runs.append(" ".join(said[at : at + chance.choice((2, 3))]))
    return {
        "a rare word": [{"q": many_calls.word(rank)} for rank in ranks],
        "two common words": [{"q": " ".join(chance.sample(COMMON, 2))} for _ in range(ASKED)],
        "a quoted phrase": [{"q": f'"{run}"'} for run in runs],
        "with three filters": [
            {
                "q": chance.choice(COMMON),
                "rep": f"Rep {chance.randrange(many_calls.REPS)}",
                "since": "2024-06-01",
                "tag": f"objection.{chance.choice(many_calls.TAGS)}",
            }
            for _ in range(ASKED)
        ],
    }


def alone(library: Library, texts: Sequence[str], folder: Path) -> Iterator[Row]:
    """Finding the words alone: ours by the best of the others."""
    database = Database(library.index)
    asked = {kind: [one["q"] for one in some] for kind, some in questions(texts).items() if "filters" not in kind}
    took = {"ours": _took(ours(database), asked)}
    database.close()
    for name, peer in PEERS.items():
        finder = peer(folder / "peer", texts)
        if finder is not None:
            took[name] = _took(finder, asked)
        if isinstance(finder, Elsewhere):
            finder.close()
        shutil.rmtree(folder / "peer", ignore_errors=True)
    for kind in asked:
        best = min(seconds[kind] for name, seconds in took.items() if name != "ours")
        said = ", ".join(f"{name} {seconds[kind] * 1000:.2f} ms" for name, seconds in took.items())
        yield (
            f"words alone, {kind}, mean: {said}: **ratio to the best**",
            f"**{took['ours'][kind] / best:.2f}**",
            "1.2 or less",
        )


def _took(finder: Finder, asked: dict[str, list[str]]) -> dict[str, float]:
    """Mean seconds a question, by kind; reading what was typed stands aside, it takes each of them as long."""
    took = {}
    for kind, some in asked.items():
        searches = [finder(text) for text in some]
        for search in searches[:3]:
            search()
        began = time.perf_counter()
        for search in searches:
            search()
        took[kind] = (time.perf_counter() - began) / len(some)
    return took


def served(library: Library) -> Iterator[Row]:
    """Answers over HTTP, by one client and by several while clips are added."""
    texts = [f"{entry.quote}" for one in many_calls.calls(0, 200) for entry in rows_of(one).entries]
    kinds = questions(texts)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.served", str(library.root), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            client = httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {library.secret()}"}, timeout=60
            )
            _ready(client)
            for kind, some in kinds.items():
                times = [_answer(client, "/api/v1/clips", one) for one in some]
                yield f"search, one client, {kind}: median, p95", _percentiles(times), "p95 50 ms"
            mixed = [one for some in zip(*kinds.values(), strict=True) for one in some]
            times = [_answer(client, "/api/v1/clips/counts", one) for one in mixed[:ASKED]]
            yield "filter counts: median, p95", _percentiles(times), "p95 300 ms"
            process.stdin.write("add\n")
            with ThreadPoolExecutor(CLIENTS) as pool:
                times = list(pool.map(partial(_answer, client, "/api/v1/clips"), mixed))
            process.stdin.write("enough\n")
            added = float(process.stdout.readline())
            yield (
                f"search, {CLIENTS} clients while clips are added ({added:,.0f}/s): median, p95",
                _percentiles(times),
                "p95 250 ms",
            )
            memory = psutil.Process(process.pid).memory_info().rss
            yield "memory of the API process", f"{memory / 1e9:.2f} GB", "under 1.5 GB"
        finally:
            process.kill()


def _ready(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/healthz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def _answer(client: httpx.Client, path: str, asked: Asked) -> float:
    began = time.perf_counter()
    answer = client.get(path, params=asked)
    answer.raise_for_status()
    return time.perf_counter() - began


def _percentiles(times: Sequence[float]) -> str:
    return f"{np.percentile(times, 50) * 1000:.0f} ms, **{np.percentile(times, 95) * 1000:.0f} ms**"
