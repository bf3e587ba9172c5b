"""A backup while recordings come in, are heard, and people write; what is restored from it is whole and runs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clips_api.store.database import Store
from clips_api.store.lines import lines
from pipeline import files, models
from pipeline.library import Library
from tests.running import Running, exemplar

WRITERS = 3
BACKUPS = 3


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not (models.store() / "tiny.en" / "model.bin").exists():
        pytest.skip("the speech model tiny.en could not be fetched at set-up; run `make dev` with a network")
    with exemplar(tmp_path_factory.mktemp("backup") / "data", EXEMPLAR_RESCAN="1") as running:
        yield running


def command(*arguments: object) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stderr


def rows(root: Path) -> list[bytes]:
    store = Store.at(root / "records.sqlite", migrate=False)
    try:
        return [line for line in lines(store) if line.startswith(b"[")]
    finally:
        store.close()


def contents(library: Library) -> dict[str, str]:
    """The hash of each file that belongs to a backup and isn't being made."""
    roots = [*library.apart(), library.root / "calls", library.quarantine]
    paths = [path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])]
    plain = [path for path in paths if path.is_file() and not path.name.startswith(".")]
    return {path.relative_to(library.root).as_posix(): files.digest(path) for path in plain}


@contextmanager
def people_writing(busy: Running) -> Iterator[list[str]]:
    """Several at once, without a pause; the titles of what they made."""
    stop, written = threading.Event(), []

    def write(number: int) -> None:
        with httpx.Client(base_url=busy.address, headers=busy.http.headers, timeout=60) as client:
            count = 0
            while not stop.is_set():
                count += 1
                body = {"title": f"Collection {number}.{count}", "purpose": "Größe ✓"}
                client.post("/api/v1/collections", json=body).raise_for_status()
                written.append(body["title"])
                people = {"people": [{"name": f"Rep {number}.{count}", "email": f"{number}.{count}@example.com"}]}
                client.put("/api/v1/people", json=people).raise_for_status()
                time.sleep(0.05)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        yield written
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)


def is_whole(folder: Path, came: list[str], live: set[bytes]) -> None:
    """Every call that had come is there, its bytes and documents whole; every row is one that somebody wrote."""
    new = Library(folder)
    calls = (*new.calls(), *new.quarantined())
    for call in calls:
        assert files.digest(call.sound)[:16] == call.id
        for document in call.path.glob("*.json"):
            json.loads(document.read_bytes())
    waiting = {files.digest(path)[:16] for path in (folder / "inbox").rglob("*.wav")}
    assert {call.id for call in calls} | waiting >= set(came)
    kept = {line for line in rows(folder) if b"Collection" in line}
    assert kept
    assert kept <= live


@pytest.mark.soak
def test_a_backup_under_load_is_whole(busy: Running, snippet: Callable[[int], Path], tmp_path: Path) -> None:
    dropped = [busy.drop(snippet(0))]
    busy.searchable(dropped[0])
    with people_writing(busy) as written:
        for number in range(BACKUPS):
            dropped += [busy.drop(snippet(1 + 2 * number + one)) for one in range(2)]
            before = len(written)
            said = command("backup", tmp_path / f"{number}.tar", "--data", busy.library.root)
            assert "rows of records" in said
            assert len(written) > before, "nobody wrote meanwhile"
    for key in dropped:
        busy.searchable(key)
    live = set(rows(busy.library.root))
    for number in range(BACKUPS):
        command("restore", tmp_path / f"{number}.tar", "--data", tmp_path / f"restored{number}")
        is_whole(tmp_path / f"restored{number}", dropped[: 3 + 2 * number], live)


def test_what_stands_still_comes_back_to_the_last_byte_and_runs(
    busy: Running, snippet: Callable[[int], Path], tmp_path: Path
) -> None:
    key = busy.drop(snippet(20))
    busy.searchable(key)
    busy.http.post("/api/v1/collections", json={"title": "Worth copying"}).raise_for_status()
    busy.stop()
    command("backup", tmp_path / "still.tar.gz", "--data", busy.library.root)
    command("restore", tmp_path / "still.tar.gz", "--data", tmp_path / "same")
    assert contents(Library(tmp_path / "same")) == contents(busy.library)
    assert rows(tmp_path / "same") == rows(busy.library.root)
    with exemplar(tmp_path / "same", EXEMPLAR_RESCAN="1") as again:
        again.searchable(key)
        titles = [one["title"] for one in again.http.get("/api/v1/collections").json()["items"]]
        assert "Worth copying" in titles
