"""`python -m clips_api`: starts, ends with its parent or a signal, leaves queries out of its log, survives SIGKILL."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial

import httpx
import pytest

from clips_api.index.database import Database
from clips_api.indexer import Indexer
from pipeline.library import Library
from pipeline.supervise import Child
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
    wait_for(lambda: answers(client), 60)
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
    wait_for(lambda: answers(client), 60)
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
        wait_for(partial(answers, client), 60)
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
        rows = cursor.execute("SELECT recording_id, turn, start_s, end_s, tag FROM clips").fetchall()
        files = cursor.execute("SELECT recording_id, path FROM files").fetchall()
    database.close()
    assert max(Counter(rows).values()) == 1
    assert len(files) == len(set(files)) == 30


@pytest.fixture
def supervised(library):
    """The API as `exemplar up` keeps it, and somebody who asks it."""
    port = free_port()
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {library.secret()}"})
    arguments = ["clips_api", "--data", str(library.root), "--port", str(port)]
    child = Child("pages", arguments, dict(os.environ), library.logs / "pages.log")
    library.logs.mkdir(exist_ok=True)
    child.start()
    yield child, client
    child.tell_to_end()
    child.end(5)


def found(client, q):
    """How many clips; none while nobody answers."""
    with suppress(httpx.TransportError):
        answer = client.get("/api/v1/clips", params={"q": q})
        assert answer.status_code == 200
        return answer.json()["total"]
    return 0


def test_words_cut_short_under_it_end_it_and_are_built_again(library, supervised):
    """What is mapped and gone can't be read: the system ends whoever tries (SIGBUS). The supervisor starts it again."""
    child, client = supervised
    for seed in range(40):
        write_call(library, (PRICE, TIMING)[seed % 2], seed=seed, rate=200, name=f"{seed}.wav")
    wait_for(partial(answers, client), 60)
    wait_for(lambda: found(client, "budgeted") == 20, 20)
    first = child.process
    for file in (library.index / "1" / "words").glob("*.*"):
        if file.name != "meta.json":
            os.truncate(file, 0)  # half of a small one would still be a whole page
    wait_for(lambda: found(client, "price OR budgeted OR timing OR now OR we") == 0 and first.poll() is not None, 20)
    assert first.returncode == -signal.SIGBUS

    def watched():
        child.watch()
        return found(client, "budgeted") == 20

    wait_for(watched, 30)
    assert child.process.pid != first.pid
    assert [path.name for path in library.index.iterdir()] == ["2"]
