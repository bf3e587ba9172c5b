"""The team page for 200 reps and 100,000 calls (EXEMPLAR_BENCH_CALLS: fewer), all of them in its twelve weeks.

The calls are made (bench/many_calls.py) and written straight into an index; ten teams, of which all name their reps; of
the calls of the last days half were opened by their reps. Answers are timed whole, at the socket of a server of its own
process, one after the other: for everybody, for one team, for teams that nobody has looked at, and while calls come in.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import httpx
import numpy as np
from sqlalchemy import insert

from bench import many_calls
from bench.results import write
from clips_api.index import writer
from clips_api.index.database import Database
from clips_api.index.rows import Documents, Rows, rows_of
from clips_api.store import people
from clips_api.store.access_tables import seen_calls
from clips_api.store.database import Store
from clips_api.team import WEEKS
from pipeline.library import Library, now

CALLS = int(os.environ.get("EXEMPLAR_BENCH_CALLS", "100000"))
BATCH = 500  # calls written at once
ASKED = 80  # times that each page is asked for
TEAMS = 10
NEW = timedelta(days=5)  # calls since then may not count yet
READY_S = 60.0
Row = tuple[str, str, str]


def run() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory(prefix="exemplar-bench-") as folder:
        library = Library(Path(folder) / "data")
        library.prepare()
        at = now()
        build(library, at)
        with served(library) as (client, process):
            settle(client, library, at)
            rows = list(asked(client, process))
    write("team", "Team page", rows)


def build(library: Library, at: datetime) -> None:
    """An index of all these calls."""
    database = Database(library.index)
    with ProcessPoolExecutor(1) as other:  # makes the calls while we write them
        batches = (other.submit(partial(made, at), first) for first in range(0, CALLS, BATCH))
        ahead = deque(islice(batches, 3))
        while ahead:
            rows = ahead.popleft().result()
            ahead.extend(islice(batches, 1))
            writer.replace(database, [str(one.call["recording_id"]) for one in rows], rows)
    database.finish()
    database.close()


def made(at: datetime, first: int) -> list[Rows]:
    """The rows of some calls."""
    return [rows_of(one) for one in map(partial(lately, at), many_calls.calls(first, min(BATCH, CALLS - first)))]


def lately(at: datetime, one: Documents) -> Documents:
    """A call as if it had been made in these weeks: they follow each other evenly, and come in an hour later."""
    assert one.recording is not None
    began = at - timedelta(weeks=WEEKS) * (1 - int(one.id, 16) / CALLS)
    times = {"started_at": began, "arrived_at": began + timedelta(hours=1)}
    return replace(one, recording=one.recording.model_copy(update=times))


@contextmanager
def served(library: Library) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """A server of its own process over this index."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.served", str(library.root), str(port)]
    headers = {"Authorization": f"Bearer {library.secret()}"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)
        try:
            until = time.monotonic() + READY_S
            while time.monotonic() < until:
                with suppress(httpx.TransportError):
                    client.get("/healthz").raise_for_status()
                    break
                time.sleep(0.1)
            yield client, process
        finally:
            client.close()
            process.kill()


def settle(client: httpx.Client, library: Library, at: datetime) -> None:
    """Who is in which team, what is aimed at, whose figures show, and which calls were opened."""
    reps = [{"name": f"Rep {number}", "team": f"Team {number % TEAMS}"} for number in range(many_calls.REPS)]
    client.put("/api/v1/people", json={"people": reps}).raise_for_status()
    for number in range(TEAMS):
        named = {"whose": f"Team {number}", "shown": "yes", "team": ""}
        assert client.post("/team/names", data=named).status_code == httpx.codes.SEE_OTHER
    for team in ("", *(f"Team {number}" for number in range(TEAMS))):
        for step in many_calls.STEPS:
            aim = {"kind": "step", "name": step, "share": 70}
            client.put("/api/v1/team/targets", params={"team": team}, json=aim).raise_for_status()
    records = Store.at(library.records, None)
    known = {one.name: one.id for one in people.find(records)}
    new = range(int(CALLS * (1 - NEW / timedelta(weeks=WEEKS))), CALLS, 2)
    opened = [
        {"person_id": known[f"Rep {number % many_calls.REPS}"], "recording_id": f"{number:016x}", "at": at}
        for number in new
    ]
    with records.write() as connection:
        connection.execute(insert(seen_calls), opened)
    records.close()


def asked(client: httpx.Client, process: subprocess.Popen[str]) -> Iterator[Row]:
    """How long the page takes."""
    assert process.stdin is not None
    assert process.stdout is not None
    first = took(client, {}, 1)
    unseen = [took(client, {"team": f"Team {number}"}, 1)[0] for number in range(TEAMS)]
    for name, params in ((f"the team page, {many_calls.REPS} reps and {CALLS:,} calls: p95, median", {}),
                         ("… of one team: p95, median", {"team": "Team 3"})):  # fmt: skip
        times = took(client, params, ASKED)
        yield name, shown(times, "**"), "200 ms"
    process.stdin.write("add\n")
    times = took(client, {}, ASKED // 2)
    process.stdin.write("enough\n")
    added = float(process.stdout.readline())
    yield (
        f"… of everybody, while {added / many_calls.TURNS:.0f} calls a second come in: p95, median",
        shown(times),
        "reported",
    )
    yield f"… of a team that nobody has looked at, {TEAMS} of them: p95, median", shown(unseen), "reported"
    yield "… the first after a start", f"{first[0]:.0f} ms", "reported"


def took(client: httpx.Client, params: dict[str, str], times: int) -> list[float]:
    """Milliseconds of each answer."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get("/team", params=params)
        found.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return found


def shown(times: Sequence[float], loud: str = "") -> str:
    """The 95th percentile and the median."""
    return f"{loud}{p(95, times):.0f} ms{loud}, {p(50, times):.0f} ms"


def p(share: int, times: Sequence[float]) -> float:
    """A percentile."""
    return float(np.percentile(times, share))
