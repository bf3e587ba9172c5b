"""A data folder into a file and back: every file the same, what moves meanwhile is not lost, what is damaged is told."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from clips_api.store.database import Store
from clips_api.store.lines import lines
from clips_api.store.schema import people
from pipeline import archive, backup, files, restore, settings_file
from pipeline.cli import app
from pipeline.doctor import examine
from pipeline.errors import BadInput, Busy, ExemplarError
from pipeline.library import Library, now
from pipeline.records import Reason
from pipeline.rows import BadBackup
from pipeline.settings import load
from tests.integration.clips_api.conftest import PRICE, TIMING, write_call


def quiet(_: object) -> None:
    """Tell nobody."""


def reason(recording_id: str, name: str) -> Reason:
    return Reason(id=recording_id, name=name, why="No sound.", advice="", error="NoSound", at=now())


@pytest.fixture
def full(library: Library) -> Library:
    """Calls, one set aside, a playbook, names, people, a secret, something waiting, and what must not be taken along."""
    write_call(library, PRICE, seed=1)
    write_call(library, TIMING, seed=2)
    aside = write_call(library, PRICE, seed=3)
    library.set_aside(aside.folder, reason(aside.id, "x y.wav"))
    (library.playbooks / "v1" / "tags").mkdir(parents=True)
    (library.playbooks / "v1" / "tags" / "a.yml").write_text("id: a")
    (library.playbooks / "v1" / "tags" / "a.yml").chmod(0o444)
    (library.playbooks / "published").write_text("v1")
    (library.root / "vocabulary.yml").write_text("names: []\n")
    (library.root / "exemplar.toml").write_text("# ours\nkeep = ['drive']\n")
    (library.inbox / "Dana").mkdir()
    (library.inbox / "Dana" / "waits \\ here\nnow.wav").write_bytes(b"RIFF")
    (library.inbox / os.fsdecode(b"caf\xe9.wav")).write_bytes(b"RIFF2")
    (library.inbox / "drive").mkdir()
    (library.inbox / "drive" / "theirs.wav").write_bytes(b"RIFF3")
    (library.index / "1").mkdir()
    (library.index / "1" / "calls.duckdb").write_bytes(b"derived")
    library.secret()
    store = Store.at(library.records)
    with store.write() as connection:
        connection.execute(insert(people), [{"name": f"Rep {n}", "aliases": [f"r{n}"]} for n in range(20)])
    store.close()
    return library


def contents(root: Path) -> dict[str, tuple[str, int, int]]:
    """What lies below a folder: hash, rights and second of each file, without what is made again."""
    left_out = ("index/", "records.sqlite", "run.lock", "backed-up.json", "inbox/drive/")
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith(left_out):
            stat = path.stat()
            found[name] = (files.digest(path), stat.st_mode, int(stat.st_mtime))
    return found


def rows(root: Path) -> list[bytes]:
    store = Store.at(root / "records.sqlite", migrate=False)
    try:
        return list(lines(store))
    finally:
        store.close()


def made(library: Library, target: Path, *, zipped: bool = False, tell=quiet) -> Path:
    with target.open("wb") as out:
        backup.make(library, load(library.root).keep, out, zipped=zipped, tell=tell)
    return target


def restored(file: Path, folder: Path, url: str | None = None) -> restore.Found:
    with file.open("rb") as source:
        return restore.restore(source, folder, url, quiet)


@pytest.mark.parametrize("name", ["all.tar", "all.tar.gz"])
def test_there_and_back_by_the_commands(full, tmp_path, name):
    run = CliRunner()
    target, folder = tmp_path / name, tmp_path / "new" / "data"
    before = contents(full.root)
    done = run.invoke(app, ["backup", str(target), "--data", str(full.root)])
    assert done.exit_code == 0, done.output
    assert "3 calls and" in done.output
    assert target.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    last = next(one for one in examine(load(full.root)) if one.what == "last backup")
    assert str(target) in last.found

    looked = run.invoke(app, ["restore", str(target), "--check"])
    assert looked.exit_code == 0, looked.output
    assert "All of it is right: 3 calls" in looked.output
    done = run.invoke(app, ["restore", str(target), "--data", str(folder)])
    assert done.exit_code == 0, done.output
    assert contents(folder) == before
    assert rows(folder) == rows(full.root)
    assert (folder / "secret").stat().st_mode & 0o777 == 0o600
    assert not any((folder / "index").iterdir())

    again = run.invoke(app, ["backup", str(target), "--data", str(full.root)])
    assert isinstance(again.exception, BadInput)
    again = run.invoke(app, ["restore", str(target), "--data", str(folder)])
    assert isinstance(again.exception, restore.NotEmpty)
    assert contents(folder) == before


def test_through_a_pipe(full, tmp_path):
    command = [sys.executable, "-m", "pipeline.cli"]
    out = subprocess.run([*command, "backup", "-", "--data", full.root], capture_output=True, check=True)
    back = subprocess.run(
        [*command, "restore", "-", "--data", tmp_path / "new"], input=out.stdout, capture_output=True, check=False
    )
    assert back.returncode == 0, back.stderr
    assert contents(tmp_path / "new") == contents(full.root)


def test_ordinary_tools_can_check_it(full, tmp_path):
    file = made(full, tmp_path / "all.tar")
    folder = tmp_path / "unpacked"
    with tarfile.open(file) as tar:
        tar.extractall(folder, filter="data")
    run = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_moves_meanwhile_is_in_it_once(full, tmp_path):
    """A call goes into quarantine and one comes out of it as soon as the first folder was copied."""
    moved: list[str] = []

    def move(_: object) -> None:
        if not moved:
            out = next(iter(full.quarantined()))
            aside = min(call.id for call in full.calls())
            full.release(out.id)
            full.set_aside(full.call(aside), reason(aside, "y.wav"))
            moved.extend([out.id, aside])

    file = made(full, tmp_path / "all.tar", tell=move)
    restored(file, tmp_path / "new")
    new = Library(tmp_path / "new")
    assert sorted(call.id for call in (*new.calls(), *new.quarantined())) == sorted(
        call.id for call in (*full.calls(), *full.quarantined())
    )
    for call in (*new.calls(), *new.quarantined()):
        assert files.digest(call.sound)[:16] == call.id


def test_nothing_is_deleted_and_nobody_else_backs_up_meanwhile(full, tmp_path):
    seen: list[type] = []

    def meddle(_: object) -> None:
        if not seen:
            one = next(iter(full.calls()))
            for attempt in (lambda: full.delete(one.id), lambda: made(full, tmp_path / "other.tar")):
                with pytest.raises(Busy) as told:
                    attempt()
                seen.append(told.type)

    made(full, tmp_path / "all.tar", tell=meddle)
    assert seen == [Busy, backup.BackingUp]
    full.delete(next(iter(full.calls())).id)  # afterwards it can be


def test_a_file_of_the_inbox_that_grows_is_left_out(full, tmp_path):
    growing = full.inbox / "growing.wav"
    growing.write_bytes(bytes(3 << 20))

    class Slow(io.FileIO):
        """Somebody goes on recording while the archive is written."""

        def write(self, data) -> int:
            with growing.open("ab") as more:
                more.write(b"more")
            return super().write(data)

    with Slow(tmp_path / "all.tar", "wb") as out:
        backup.make(full, ["drive"], out, zipped=False, tell=quiet)
    restored(tmp_path / "all.tar", tmp_path / "new")
    there = contents(tmp_path / "new")
    assert "inbox/growing.wav" not in there
    assert there == {name: one for name, one in contents(full.root).items() if name != "inbox/growing.wav"}


@pytest.mark.parametrize("zipped", [False, True])
def test_damage_anywhere_is_told_and_leaves_nothing(full, tmp_path, zipped):
    whole = made(full, tmp_path / "all", zipped=zipped).read_bytes()
    pick = random.Random(7)
    with tarfile.open(tmp_path / "all") as tar:
        inside = [(one.offset_data, one.size) for one in tar if one.size]
    for number in range(30):
        at = 0
        if number % 3 == 0:
            damaged = whole[: pick.randrange(len(whole) - 1024)]  # the last of a tar is empty
        else:
            start, size = pick.choice(inside) if not zipped else (0, len(whole))
            at = start + pick.randrange(size)
            damaged = whole[:at] + bytes([whole[at] ^ (1 << pick.randrange(8))]) + whole[at + 1 :]
        file = tmp_path / "damaged"
        file.write_bytes(damaged)
        with file.open("rb") as source:
            if zipped and 3 < at < 10 and number % 3:
                continue  # the time and the system in a gzip's header mean nothing
            with pytest.raises(BadBackup):
                restore.check(source, quiet)
    with pytest.raises(BadBackup):
        file.write_bytes(whole[: len(whole) // 2])
        restored(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def tar_of(path: Path, *entries: tuple[str, bytes | str]) -> Path:
    """A tar of files (bytes) and links (where they lead), with a list of hashes that is right."""
    with tarfile.open(path, "w") as tar:
        sums = ""
        for name, held in entries:
            info = tarfile.TarInfo(name)
            if isinstance(held, str):
                info.type, info.linkname = tarfile.SYMTYPE, held
                tar.addfile(info)
            else:
                info.size = len(held)
                tar.addfile(info, io.BytesIO(held))
                sums += f"{sha256(held).hexdigest()}  {name}\n"
        info = tarfile.TarInfo(archive.SUMS)
        info.size = len(sums)
        tar.addfile(info, io.BytesIO(sums.encode()))
    return path


HEAD = ("backup.json", json.dumps({"format": 1, "at": "2026-10-05T09:00:00+00:00", "exemplar": "0"}).encode())


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (("data/secret", b"x"),),
        (HEAD, ("data/../../out", b"x")),
        (HEAD, ("/data/out", b"x")),
        (HEAD, ("data/link", "/etc")),
        (HEAD, ("other", b"x")),
        (HEAD,),
        (("backup.json", b'{"format": 2}'),),
        (("backup.json", b"[]"),),
    ],
)
def test_what_is_no_backup_of_ours_is_refused(tmp_path, entries):
    file = tar_of(tmp_path / "x.tar", *entries)
    with pytest.raises(BadBackup):
        restored(file, tmp_path / "new" / "data")
    assert sorted(one.name for one in tmp_path.iterdir()) in (["x.tar"], ["new", "x.tar"])


def test_noise_is_refused(tmp_path):
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(5000))
    with pytest.raises(BadBackup):
        restored(tmp_path / "noise", tmp_path / "new")


def test_a_folder_that_a_killed_restore_left_is_taken_over(full, tmp_path):
    file, folder = made(full, tmp_path / "all.tar"), tmp_path / "new"
    (folder / ".restoring-1234").mkdir(parents=True)
    (folder / "lost+found").mkdir()
    restored(file, folder)
    assert {name for name in contents(folder) if name.startswith(".")} == set()


def test_records_go_to_a_postgresql_that_is_empty(full, tmp_path, postgres):
    file = made(full, tmp_path / "all.tar")
    restored(file, tmp_path / "new", postgres)
    try:
        assert load(tmp_path / "new").records_url == postgres
        assert "# ours" in (tmp_path / "new" / "exemplar.toml").read_text()
        moved = Store(postgres)
        assert [one for one in lines(moved) if one[:1] == b"["] == [one for one in rows(full.root) if one[:1] == b"["]
        moved.close()
        with pytest.raises(ExemplarError, match="holds records already"):
            restored(file, tmp_path / "second", postgres)
        assert not (tmp_path / "second").exists()
        settings_file.change(full.root, {"records_url": postgres})  # and from there back into a file
        restored(made(full, tmp_path / "moved.tar"), tmp_path / "third", "sqlite")
        assert rows(tmp_path / "third")[1:-1] == rows(full.root)[1:-1]
    finally:
        store = Store(postgres, migrate=False)
        with store.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        store.close()


def test_a_database_that_is_away_is_told_as_such(full, tmp_path):
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'exemplar[postgresql]'")
    settings_file.change(full.root, {"records_url": "postgresql://nobody@/none?host=/nowhere"})
    with pytest.raises(ExemplarError) as told:
        made(full, tmp_path / "all.tar")
    assert "records" in str(told.value)
    assert "records_url" in told.value.advice


@pytest.mark.parametrize(
    ("where", "told"),
    [("data/x.tar", "inside the data folder"), ("nowhere/x.tar", "no folder"), ("there.tar", "there already")],
)
def test_where_a_backup_can_not_go_is_told_at_once(full, tmp_path, where, told):
    (tmp_path / "there.tar").write_text("something else")
    done = CliRunner().invoke(app, ["backup", str(tmp_path / where), "--data", str(full.root)])
    assert isinstance(done.exception, BadInput)
    assert told in str(done.exception)
    assert (tmp_path / "there.tar").read_text() == "something else"
