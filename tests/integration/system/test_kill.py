"""Processes are killed at the worst moments; after the restart each recording is one call, indexed once.

Every round drops a few recordings, waits for a stage to begin (seen from outside, in the files), kills the process with
SIGKILL, lets the supervisor start it again, and compares what is there with what must be. The seed decides which moment
and how many milliseconds later. Five rounds and more in `make test`, two hundred in `make soak`.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline import models
from pipeline.client import recording_id
from pipeline.folder import DOCUMENTS
from pipeline.library import Library
from tests.running import Running, exemplar, runs

WORKER, PAGES = "pipeline.worker", "clips_api"
Moment = Callable[[Library, list[str]], bool]


def folders(library: Library, keys: list[str]) -> list[Path]:
    return [library.root / "calls" / key[:2] / key for key in keys]


def any_has(name: str, but_not: str) -> Moment:
    def seen(library: Library, keys: list[str]) -> bool:
        return any((path / name).exists() and not (path / but_not).exists() for path in folders(library, keys))

    return seen


def hearing(library: Library, keys: list[str]) -> bool:
    progress = library.progress()
    return bool(progress and any(one.stage == "hear" and one.id in keys for one in progress.doing))


def noted(library: Library, keys: list[str]) -> bool:
    return any((library.to_index.path / key).exists() for key in keys)


def done_any(library: Library, keys: list[str]) -> bool:
    return any(path.joinpath("published").exists() for path in folders(library, keys))


MOMENTS: dict[str, tuple[str, Moment]] = {
    "taking in": (WORKER, lambda library, _: any(library.incoming.iterdir())),
    "taken in, not read": (WORKER, any_has("sightings", "recording.json")),
    "read, not heard": (WORKER, any_has("recording.json", "transcript.json")),
    "hearing": (WORKER, hearing),
    "heard, not analysed": (WORKER, any_has("transcript.json", "analysis.json")),
    "analysed, not published": (WORKER, any_has("analysis.json", "published")),
    "noted for the index": (PAGES, noted),
    "indexing": (PAGES, done_any),
}


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not (models.store() / "tiny.en" / "model.bin").exists():
        pytest.skip("the speech model tiny.en could not be fetched at set-up; run `make dev` with a network")
    with exemplar(tmp_path_factory.mktemp("kill") / "data", EXEMPLAR_RESCAN="1") as running:
        yield running


def a_round(victim: Running, sources: list[Path], moment: str, delay: float) -> bool:
    """One kill. Returns whether the moment was caught; some last a few milliseconds only."""
    name, seen = MOMENTS[moment]
    library = victim.library
    keys = [recording_id(source) for source in sources]
    before = finished(library)
    process = victim.wait(lambda: alive(victim, name), 30, name)
    for source in sources:
        victim.drop(source)
    deadline = time.monotonic() + 30
    hit = False
    while not hit and time.monotonic() < deadline and not done(victim, keys):
        looked_until = time.monotonic() + 0.25  # asking over HTTP is slow, looking at files is not
        while not hit and time.monotonic() < looked_until:
            hit = seen(library, keys)
            time.sleep(0.0003)
    time.sleep(delay)
    process.kill()
    for key in keys:
        victim.searchable(key, 90)
    victim.wait(lambda: done(victim, keys), 10, "the note that they are published")  # written once it is searchable

    assert sum(1 for _ in library.calls()) == len(before) + len(keys), "one call folder a recording"
    assert not list(library.quarantined())
    assert not [path for path in library.inbox.rglob("*") if path.is_file()]
    for key in keys:
        call = library.call(key)
        assert len(call.sightings()) == 1
        assert call.published().startswith(call.stamp() + " ")
        assert not [path.name for path in call.path.iterdir() if path.name.startswith(".") and path.stat().st_size == 0]
    indexed_once(victim, keys)
    now = finished(library)
    assert {key: now[key] for key in before} == before, "finished outputs were touched"
    return hit


def done(victim: Running, keys: list[str]) -> bool:
    return all(folder.joinpath("published").exists() for folder in folders(victim.library, keys))


def alive(victim: Running, name: str) -> object:
    try:
        process = victim.child(name)
        return process if runs(process) else None
    except (AssertionError, psutil.Error):
        return None


def finished(library: Library) -> dict[str, tuple[int, ...]]:
    """When each document of each finished call was written."""
    return {
        call.id: tuple((call.path / name).stat().st_mtime_ns for name in DOCUMENTS)
        for call in library.calls()
        if all((call.path / name).exists() for name in DOCUMENTS)
    }


def indexed_once(victim: Running, keys: list[str]) -> None:
    """Every turn of the transcript stands in exactly one clip, and no clip twice."""
    clips: list[dict] = []
    cursor = None
    while True:
        page = victim.http.get("/api/v1/clips", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        clips += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert len(clips) == page["total"]
    ids = [clip["id"] for clip in clips]
    assert len(ids) == len(set(ids))
    for key in keys:
        turns = victim.call(key)["transcript"]["turns"]
        mine = [clip for clip in clips if clip["recording_id"] == key]
        for turn in turns:
            assert any(turn["text"] in f"{clip['quote']} {clip['reply'] or ''}" for clip in mine), turn["text"]
        if turns:
            assert mine


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_in_each_stage_and_between_loses_and_doubles_nothing(
    victim: Running, snippet: Callable[[int], Path], moment: str
) -> None:
    number = list(MOMENTS).index(moment)
    seed = random.Random(number)
    for attempt in range(3):
        sources = [snippet(100 + 6 * number + 2 * attempt + which) for which in range(2)]
        if a_round(victim, sources, moment, seed.choice([0, 0, 0.005, 0.05])):
            return
    pytest.fail(f"the moment {moment!r} was never caught")


@pytest.mark.soak
@pytest.mark.timeout(7000)
def test_two_hundred_kills(victim: Running, snippet: Callable[[int], Path]) -> None:
    seed = random.Random(20261121)
    caught = Counter[str]()
    for number in range(200):
        count = seed.choice([1, 2, 3])
        sources = [snippet(1000 + 3 * number + which) for which in range(count)]
        moment = seed.choice(list(MOMENTS))
        caught[moment] += a_round(victim, sources, moment, seed.choice([0, 0.001, 0.005, 0.02, 0.1, 0.4]))
        print(f"{number + 1} rounds, moments caught: {dict(caught)}", flush=True)
    assert all(caught[moment] for moment in MOMENTS), caught
