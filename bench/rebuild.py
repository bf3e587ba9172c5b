"""The index built anew from the documents of 100,000 calls (EXEMPLAR_BENCH_CALLS: fewer), asked while it is built."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from bench import many_calls
from bench.results import write
from bench.search import COMMON
from clips_api.cursors import Cursors
from clips_api.index.database import Database
from clips_api.index.question import Question
from clips_api.index.search import Finder
from clips_api.indexer import Indexer
from pipeline.library import Library

CALLS = int(os.environ.get("EXEMPLAR_BENCH_CALLS", "100000"))
PAUSE = 0.25  # seconds between two questions


def run() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory(prefix="exemplar-bench-") as folder:
        library = Library(Path(folder) / "data")
        library.prepare()
        for one in many_calls.calls(0, CALLS):
            many_calls.keep(library, one)
        database = Database(library.index)
        with asking(database) as took:
            began = time.perf_counter()
            changed = Indexer(library, database).rescan()
            seconds = time.perf_counter() - began
        database.close()
    write(
        "rebuild",
        "Rebuilding the index",
        [
            (
                f"{changed:,} calls of {many_calls.TURNS} turns, from data/calls alone",
                f"{changed / seconds:,.0f} calls/s, {changed * many_calls.TURNS / seconds:,.0f} turns/s",
                "reported",
            ),
            ("… all of it", f"{seconds / 60:.1f} min", ""),
            (
                f"… a search meanwhile, of what is in by then ({len(took):,} asked): median, p95",
                f"{np.percentile(took, 50) * 1000:.0f} ms, {np.percentile(took, 95) * 1000:.0f} ms",
                "answered",
            ),
            ("… memory of the process", f"{psutil.Process().memory_info().rss / 1e9:.2f} GB", "under 1.5 GB"),
        ],
    )


@contextmanager
def asking(database: Database) -> Iterator[list[float]]:
    """Somebody who searches all the while, and how long each answer took, seconds."""
    finder, chance, took, ended = Finder(database, Cursors(b"0" * 32)), random.Random(3), [], threading.Event()

    def ask() -> None:
        while not ended.wait(PAUSE):
            began = time.perf_counter()
            finder.search(Question(q=" ".join(chance.sample(COMMON, 2))), limit=20)
            took.append(time.perf_counter() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield took
    finally:
        ended.set()
        thread.join()
