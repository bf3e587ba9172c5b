"""Taking in never loses or tears a file, and reads nothing it should not."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from pipeline import settings
from pipeline.errors import DiskTrouble, SourceChanged, StillWriting
from pipeline.formats import ignored
from pipeline.inbox import Arrival, Inbox
from pipeline.library import Library
from pipeline.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(library: Library, conf: Settings, clock: Clock) -> Inbox:
    return Inbox(library, conf, clock)


def settled(inbox: Inbox, clock: Clock, wait: float = 0.5) -> list[Arrival]:
    inbox.scan()
    clock.now += wait
    return inbox.scan()[0]


def put(library: Library, name: str, data: bytes = b"RIFF sound") -> Path:
    path = library.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_file_is_ready_after_two_equal_looks(inbox: Inbox, library: Library, clock: Clock) -> None:
    path = put(library, "a.wav")
    assert inbox.scan() == ([], 1)
    clock.now += 0.1
    assert inbox.scan() == ([], 1), "two looks must lie the settle time apart"
    clock.now += 0.4
    path.write_bytes(b"RIFF more sound")
    assert inbox.scan() == ([], 1), "a changed file starts anew"
    clock.now += 0.5
    assert [arrival.look.name for arrival in inbox.scan()[0]] == ["a.wav"]


def test_taking_in_moves_the_bytes_and_remembers_the_name(inbox: Inbox, library: Library, clock: Clock) -> None:
    path = put(library, "Sam/a.wav", b"the very bytes")
    call, new = inbox.take(settled(inbox, clock)[0])
    assert new
    assert call.sound.read_bytes() == b"the very bytes"
    assert call.sound.name == "recording.wav"
    assert [sighting.path for sighting in call.sightings()] == ["Sam/a.wav"]
    assert not path.exists()
    assert not list(library.incoming.iterdir())


def test_the_same_bytes_under_another_name_are_a_sighting(inbox: Inbox, library: Library, clock: Clock) -> None:
    put(library, "a.wav")
    first, _ = inbox.take(settled(inbox, clock)[0])
    put(library, "copy of a.wav")
    again, new = inbox.take(settled(inbox, clock)[0])
    assert not new
    assert again.id == first.id
    assert sorted(sighting.path for sighting in again.sightings()) == ["a.wav", "copy of a.wav"]
    assert len(list(library.calls())) == 1


def test_a_crash_after_the_rename_makes_no_second_call_and_no_second_sighting(
    inbox: Inbox, library: Library, conf: Settings, clock: Clock
) -> None:
    path = put(library, "a.wav")
    arrival = settled(inbox, clock)[0]
    keep = path.read_bytes(), path.stat()
    inbox.take(arrival)
    path.write_bytes(keep[0])  # as if the process had died before it removed the source
    os.utime(path, ns=(keep[1].st_atime_ns, keep[1].st_mtime_ns))
    after = Inbox(library, conf, clock)
    after.recall()
    call, new = after.take(settled(after, clock)[0])
    assert not new
    assert len(call.sightings()) == 1


def test_a_crash_while_copying_leaves_nothing_behind(inbox: Inbox, library: Library) -> None:
    half = library.incoming_folder()
    (half / "recording.wav").write_bytes(b"half")
    inbox.recall()
    assert not list(library.incoming.iterdir())


def test_a_file_that_changes_after_it_settled_is_left_alone(inbox: Inbox, library: Library, clock: Clock) -> None:
    path = put(library, "a.wav")
    arrival = settled(inbox, clock)[0]
    path.write_bytes(b"RIFF other sound")
    with pytest.raises(SourceChanged):
        inbox.take(arrival)
    assert path.exists()
    assert not list(library.calls())


def test_a_file_that_vanishes_is_no_trouble(inbox: Inbox, library: Library, clock: Clock) -> None:
    path = put(library, "a.wav")
    arrival = settled(inbox, clock)[0]
    path.unlink()
    with pytest.raises(SourceChanged):
        inbox.take(arrival)


@pytest.mark.skipif(not hasattr(__import__("fcntl"), "F_SETLEASE"), reason="this system can't tell who writes")
def test_a_file_held_open_for_writing_is_not_taken(inbox: Inbox, library: Library, clock: Clock) -> None:
    path = put(library, "a.wav")
    with path.open("ab"):
        arrival = settled(inbox, clock)[0]
        with pytest.raises(StillWriting):
            inbox.take(arrival)
    inbox.take(settled(inbox, clock)[0])


def test_links_pipes_hidden_and_temporary_names_are_not_read(
    inbox: Inbox, library: Library, clock: Clock, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"not yours")
    (library.inbox / "link.wav").symlink_to(secret)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.wav").write_bytes(b"nor this")
    (library.inbox / "folder").symlink_to(outside)
    os.mkfifo(library.inbox / "pipe.wav")
    for name in (".hidden.wav", "call.wav.part", "~$call.wav", "x.crdownload", "Thumbs.db", ".dir/c.wav"):
        put(library, name)
    assert settled(inbox, clock) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.wav", False),
        (".a.wav", True),
        ("a.wav.PART", True),
        ("~a.wav", True),
        ("desktop.ini", True),
        ("part.wav", False),
    ],
)
def test_which_names_are_ignored(name: str, expected: bool) -> None:
    assert ignored(name) is expected


def test_an_empty_file_gets_a_longer_chance(inbox: Inbox, library: Library, clock: Clock) -> None:
    put(library, "a.wav", b"")
    assert settled(inbox, clock, 1.0) == []
    clock.now += 5
    assert len(inbox.scan()[0]) == 1


@pytest.mark.parametrize("beside", ["a.json", "a.wav.json"])
def test_a_sidecar_comes_along(inbox: Inbox, library: Library, clock: Clock, beside: str) -> None:
    put(library, "a.wav")
    note = put(library, beside, json.dumps({"rep": "Anna"}).encode())
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert call.sightings()[0].sidecar == {"rep": "Anna"}
    assert not note.exists()


def test_a_sidecar_that_comes_late_joins_its_call_and_asks_for_work(
    inbox: Inbox, library: Library, clock: Clock
) -> None:
    put(library, "Sam/a.wav")
    call, _ = inbox.take(settled(inbox, clock)[0])
    put(library, "Sam/a.json", b'{"customer": "Corbel Tiles"}')
    settled(inbox, clock)
    assert call.sightings()[0].sidecar == {"customer": "Corbel Tiles"}
    assert library.to_work.take() == [call.id]
    assert not (library.inbox / "Sam" / "a.json").exists()


def test_a_sidecar_without_its_recording_waits(inbox: Inbox, library: Library, clock: Clock) -> None:
    note = put(library, "a.json", b"{}")
    assert settled(inbox, clock) == []
    assert note.exists()


@pytest.mark.parametrize("content", [b"{not json", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_sidecar_that_makes_no_sense_costs_nothing_but_a_remark(
    inbox: Inbox, library: Library, clock: Clock, content: bytes
) -> None:
    put(library, "a.wav")
    put(library, "a.json", content)
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert "not" in (call.sightings()[0].sidecar_problem or "")


def test_a_kept_folder_is_left_as_it_is_and_remembered(library: Library, conf: Settings, clock: Clock) -> None:
    conf = conf.model_copy(update={"keep": ["synced"]})
    inbox = Inbox(library, conf, clock)
    path = put(library, "synced/deep/a.wav")
    inbox.take(settled(inbox, clock)[0])
    assert path.exists()
    assert settled(inbox, clock) == []
    again = Inbox(library, conf, clock)
    again.recall()
    assert settled(again, clock) == []


def test_bytes_in_quarantine_are_known_too(inbox: Inbox, library: Library, clock: Clock) -> None:
    from pipeline.library import now
    from pipeline.records import Reason

    put(library, "a.wav")
    call, _ = inbox.take(settled(inbox, clock)[0])
    reason = Reason(id=call.id, name="a.wav", why="x", advice="y", error="Unreadable", at=now())
    library.set_aside(call, reason)
    put(library, "b.wav")
    held, new = inbox.take(settled(inbox, clock)[0])
    assert not new
    assert len(held.sightings()) == 2
    assert not list(library.calls())
    assert library.release(call.id).reason() is None


def test_a_full_disk_is_not_the_files_fault(
    inbox: Inbox, library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(library, "a.wav")
    arrival = settled(inbox, clock)[0]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.look.os.fsync", full)
    with pytest.raises(DiskTrouble, match="No space"):
        inbox.take(arrival)
    monkeypatch.undo()
    assert path.exists()
    inbox.take(arrival)
    assert len(list(library.calls())) == 1


def test_names_from_every_script_survive(inbox: Inbox, library: Library, clock: Clock) -> None:
    name = "Größe/звонок 電話 📞.WAV"
    put(library, name)
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert call.sightings()[0].path == name
    assert call.sound.suffix == ".wav"


def test_settings_say_what_is_wrong(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "exemplar.toml").write_text('settle = 1.5\nkeep = ["zoom"]\n')
    assert settings.load(data).settle == 1.5
    assert settings.load(data, port=9).port == 9
    (data / "exemplar.toml").write_text("settle = 'soon'\n")
    with pytest.raises(Exception, match="settle"):
        settings.load(data)


def test_an_inbox_that_was_tidied_away_comes_back(inbox: Inbox, library: Library, clock: Clock) -> None:
    library.inbox.rmdir()
    assert inbox.scan() == ([], 0)
    put(library, "a.wav")
    assert len(settled(inbox, clock)) == 1


@pytest.mark.parametrize(
    "content", [b'{"rep": "\\ud800"}', b'{"rep": "Anna", "x": ' + b"[" * 300 + b"]" * 300 + b"}", b'{"x": {"y": 1}}']
)
def test_no_sidecar_can_make_its_call_unreadable(
    inbox: Inbox, library: Library, conf: Settings, clock: Clock, content: bytes
) -> None:
    put(library, "a.wav")
    call, _ = inbox.take(settled(inbox, clock)[0])
    put(library, "a.json", content)
    settled(inbox, clock)
    assert len(call.sightings()) == 1
    again = Inbox(library, conf, clock)
    again.recall()
    assert [path.read_bytes() for path in call.path.glob("companion*.json")] == [content]


def test_one_damaged_document_costs_its_own_call_only(
    library: Library, conf: Settings, inbox: Inbox, clock: Clock
) -> None:
    put(library, "a.wav")
    call, _ = inbox.take(settled(inbox, clock)[0])
    next((call.path / "sightings").iterdir()).write_bytes(b"{")
    again = Inbox(library, conf, clock)
    again.recall()
    put(library, "b.wav", b"RIFF other")
    assert len(settled(again, clock)) == 1


def test_both_sidecars_of_a_recording_count_and_are_kept(inbox: Inbox, library: Library, clock: Clock) -> None:
    put(library, "a.wav")
    put(library, "a.json", b'{"rep": "Anna"}')
    put(library, "a.wav.json", b'{"customer": "Corbel"}')
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert call.sightings()[0].sidecar == {"rep": "Anna", "customer": "Corbel"}
    assert len(list(call.path.glob("companion*.json"))) == 2


def test_a_large_sidecar_is_kept_though_not_used(inbox: Inbox, library: Library, clock: Clock) -> None:
    content = b'{"x": "' + b"y" * (1 << 20) + b'"}'
    put(library, "a.wav")
    put(library, "a.json", content)
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert "large" in (call.sightings()[0].sidecar_problem or "")
    assert (call.path / "companion.json").read_bytes() == content


def test_two_recordings_may_share_a_sidecar(inbox: Inbox, library: Library, clock: Clock) -> None:
    put(library, "a.wav", b"RIFF one")
    put(library, "a.mp3", b"ID3 two")
    put(library, "a.json", b'{"rep": "Zed"}')
    calls = [inbox.take(arrival)[0] for arrival in settled(inbox, clock)]
    assert [call.sightings()[0].sidecar for call in calls] == [{"rep": "Zed"}] * 2
    assert not any(library.inbox.iterdir())


def test_a_name_that_is_no_text_is_taken_in_all_the_same(inbox: Inbox, library: Library, clock: Clock) -> None:
    folder = os.fsencode(library.inbox) + b"/An\xe4"
    os.mkdir(folder)
    with open(folder + b"/bad\xff.wav", "wb") as out:
        out.write(b"RIFF sound")
    call, _ = inbox.take(settled(inbox, clock)[0])
    assert call.sightings()[0].path == "An\\xe4/bad\\xff.wav"
    assert not os.listdir(folder)


def test_a_very_deep_tree_is_walked(inbox: Inbox, library: Library, clock: Clock) -> None:
    deep = os.open(library.inbox, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=deep)
        further = os.open("d", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = further
    os.close(deep)
    put(library, "a.wav")
    try:
        assert len(settled(inbox, clock)) == 1
    finally:  # Python's own removal gives up at this depth
        subprocess.run(["rm", "-rf", library.inbox / "d"], check=True)
