"""The index while it is used: deleted, cut short, or busy with old calls; nobody is turned away, and it mends itself."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from clips_api.app import create_app
from clips_api.index.database import Database
from clips_api.indexer import Indexer
from pipeline.library import Library
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import BASE, PRICE, TIMING, Said, wait_for, write_call

CALLS = 300
INCOMPLETE = "some clips are missing"
WHOLE_AGAIN = 90.0  # seconds, on a busy machine
SEEDS = count(CALLS)  # of further calls: another one each time, so that a test can be tried again
FRESH = 10.0  # likewise; 2 are promised
ADDRESSES = (
    "/api/v1/clips?q=price+OR+budgeted&sort=newest",
    "/api/v1/clips?q=%22over+what+we+budgeted%22&limit=200",
    "/api/v1/clips/counts?q=expensive",
    "/search?q=budgeted",
    "/calls",
    "/api/v1/status",
)


@dataclass
class Asked:
    """What came back meanwhile."""

    statuses: dict[int, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    incomplete: int = 0  # times that the page said so


@contextmanager
def asking(client: TestClient) -> Iterator[Asked]:
    """Somebody who searches all the while."""
    asked, stop = Asked(), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            for address in ADDRESSES:
                answer = client.get(address)
                asked.statuses[answer.status_code] = asked.statuses.get(answer.status_code, 0) + 1
                if answer.status_code >= 500:
                    asked.troubles.append(f"{address}: {answer.text[:300]}")
                asked.incomplete += INCOMPLETE in answer.text

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield asked
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[tuple[TestClient, Library, Database]]:
    """So many calls that building the index takes a while."""
    settings = Settings(data=tmp_path_factory.mktemp("damage") / "data")
    library = Library(settings.data)
    library.prepare()
    for seed in range(CALLS):
        write_call(library, (PRICE, TIMING)[seed % 2], seed=seed, rate=500)
    app = create_app(settings)
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {library.secret()}"}) as client:
        wait_for(app.state.parts.database.complete, WHOLE_AGAIN)
        yield client, library, app.state.parts.database


def found(client: TestClient, q: str = "budgeted") -> int:
    return client.get("/api/v1/clips", params={"q": q}).json()["total"]


def delete(index: Path) -> None:
    while index.exists():  # whoever writes it may take a file away meanwhile
        shutil.rmtree(index, ignore_errors=True)


def cut_words(index: Path) -> None:
    (index / "words" / "meta.json").write_text('{"segments": [')


def segments(index: Path) -> list[Path]:
    return [file for file in (index / "words").glob("*.*") if file.name != "meta.json"]


def lose_segments(index: Path) -> None:
    for file in segments(index):
        file.unlink()


def cut_segments(index: Path) -> None:
    for file in segments(index):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("damage", [delete, cut_words])
def test_a_damaged_index_is_built_again_while_people_search(running, damage: Callable[[Path], None]):
    client, library, database = running
    before, many = database.edition.home, found(client)
    assert many >= CALLS // 2
    with asking(client) as asked:
        damage(before)
        made = write_call(library, (PRICE[3], PRICE[4]), seed=next(SEEDS), rate=500)
        library.to_index.leave(made.id)
        began = time.monotonic()
        wait_for(lambda: database.edition.home != before and database.complete(), WHOLE_AGAIN)
        took = time.monotonic() - began
    print(f"\n{damage.__name__}: whole again after {took:.1f} s; {asked.statuses}, {asked.incomplete} times incomplete")
    assert asked.troubles == []
    assert asked.incomplete, "search said that it is incomplete"
    assert found(client) == many + 1
    wait_for(lambda: not before.exists())  # the new one is shown before the old one's files go


def test_a_new_call_goes_before_old_ones(running):
    client, library, _ = running
    many = found(client, "ptarmigans")
    for call in library.calls():
        library.to_index.leave(call.id)
    made = write_call(library, (PRICE[0], Said("customer", "We keep ninety ptarmigans.")), seed=next(SEEDS), rate=500)
    library.to_index.leave(made.id)
    began = time.monotonic()
    wait_for(lambda: found(client, "ptarmigans") == many + 1, FRESH)
    took = time.monotonic() - began
    print(f"\na new call was found after {took:.1f} s, {CALLS} old ones being read again")


@pytest.mark.parametrize("damage", [lose_segments, cut_segments])
def test_segments_that_were_damaged_are_noticed_at_the_next_start(library, calls, damage: Callable[[Path], None]):
    first = Database(library.index)
    Indexer(library, first).rescan()
    first.close()
    assert segments(first.edition.home)
    damage(first.edition.home)
    second = Database(library.index)
    assert second.edition.home != first.edition.home
    assert Indexer(library, second).rescan() == len(calls)
    assert second.edition.words.searcher().num_docs > 0
    second.close()
