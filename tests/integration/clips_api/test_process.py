"""`python -m clips_api`: starts, ends with its parent or a signal, leaves queries out of its log, survives SIGKILL."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from functools import partial

import httpx
import pytest

from clips_api.index.database import Database
from clips_api.indexer import Indexer
from pipeline.library import Library
from tests.integration.clips_api.conftest import PRICE, TIMING, wait_for, write_call


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def started(library):
    running = []

    def start():
        port = free_port()
        log = (library.root / "log.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "clips_api", "--data", str(library.root), "--port", str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
        running.append(process)
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {library.secret()}"}
        )
        return process, client

    yield start
    for process in running:
        process.kill()
        process.wait()


def answers(client):
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_it_ends_with_its_parent_and_logs_no_query(calls, library, started):
    process, client = started()
    wait_for(lambda: answers(client), 20)
    assert client.get("/search", params={"token": library.secret()}).status_code == 303
    assert client.get("/api/v1/clips", params={"q": "hush"}).status_code == 200
    process.stdin.close()
    assert process.wait(timeout=8) in (0, -signal.SIGTERM)
    log = (library.root / "log.txt").read_text()
    assert "GET /search" in log
    assert library.secret() not in log
    assert "hush" not in log


def test_a_signal_stops_it_in_seconds_with_a_stream_open(calls, library, started):
    made = write_call(library, PRICE, seed=40, rate=48000)
    process, client = started()
    wait_for(lambda: answers(client), 20)
    with client.stream("GET", f"/api/v1/calls/{made.id}/audio") as stream:
        next(stream.iter_raw())
        process.terminate()
        began = time.monotonic()
        process.wait(timeout=10)
        assert time.monotonic() - began < 6


def test_killed_while_indexing_each_clip_is_there_once(library, started):
    chance = random.Random(2)
    for seed in range(30):
        write_call(library, (PRICE, TIMING)[seed % 2], seed=100 + seed, rate=200, name=f"{seed}.wav")
    for _ in range(3):
        process, client = started()
        wait_for(partial(answers, client), 20)
        for call in library.calls():
            library.to_index.leave(call.id)
        time.sleep(chance.random() * 0.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    database = Database(Library(library.root).index)
    Indexer(library, database).rescan()
    assert database.rows("states") == [{"state": "done", "calls": 30}]
    with database.write() as change:
        cursor = change.cursor
        rows = cursor.execute("SELECT id, tag FROM clips").fetchall()
        files = cursor.execute("SELECT recording_id, path FROM files").fetchall()
    database.close()
    assert max(Counter(rows).values()) == 1
    assert len(files) == len(set(files)) == 30
