"""Whatever a file is, it ends as a call or with the right reason, soon, and reaches nothing else."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline import audio, errors
from pipeline.errors import BadRecording, EmptyFile, NotARecording, TooHeavy, TooLong, Unreadable
from pipeline.opening import sealed
from tests import hostile
from tests.conftest import tone
from tests.forks import Forks
from tests.places import ROOT, SAMPLES, SHARED

SOON = 10.0  # seconds
SECOND = (np.sin(np.arange(8000) / 3) * 9000).astype("<i2").tobytes()


class Watched:
    """Tells whether anybody opens a file (inotify)."""

    def __init__(self, path: Path) -> None:
        if sys.platform != "linux":
            pytest.skip("only Linux tells who opens a file")
        libc = ctypes.CDLL(None, use_errno=True)
        self._handle = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._handle, os.fsencode(path), 0x20) > 0  # IN_OPEN

    def opened(self) -> bool:
        try:
            return bool(os.read(self._handle, 4096))
        except BlockingIOError:
            return False


def refused(path: Path, kind: type[BadRecording], *, within_s: float = SOON) -> None:
    begun = time.monotonic()
    with pytest.raises(kind) as caught:
        audio.decode(path, path.with_suffix(".out"))
    assert type(caught.value) is kind
    assert time.monotonic() - begun < within_s


@pytest.mark.parametrize("claims_s", [None, 60.0])
def test_a_day_of_silence_is_too_long(tmp_path: Path, claims_s: float | None) -> None:
    bomb = hostile.silent_flac(tmp_path / "bomb.flac", 24.0, claims_s=claims_s)
    assert bomb.stat().st_size < 18_000_000
    refused(bomb, TooLong)


def test_an_hour_of_silence_is_a_call_and_takes_no_room(tmp_path: Path) -> None:
    decoded = audio.decode(hostile.silent_flac(tmp_path / "hour.flac", 1.0, rate=8_000), tmp_path / "out")
    assert decoded.sound.duration_s == pytest.approx(3600, abs=1)
    assert [lane.silent for lane in decoded.sound.lanes] == [True]
    assert decoded.lanes[0].stat().st_blocks * 512 < 100_000


@pytest.mark.parametrize(("claims", "problem"), [(3_200_000, True), (3_200, False), (0, False), (0xFFFFFFFF, False)])
def test_a_header_that_lies_about_its_length_is_not_believed(tmp_path: Path, claims: int, problem: bool) -> None:
    liar = tmp_path / "liar.wav"
    liar.write_bytes(hostile.wav(SECOND * 20, claims=claims))
    decoded = audio.decode(liar, tmp_path / "out")
    assert decoded.sound.duration_s == pytest.approx(20.0, abs=0.1)
    assert bool(decoded.problems) == problem


def test_what_follows_the_sound_is_not_heard_as_sound(tmp_path: Path) -> None:
    tagged = tmp_path / "tagged.wav"
    tagged.write_bytes(hostile.wav(SECOND) + b"LIST" + (4000).to_bytes(4, "little") + b"INFO" + b"\xff\x00" * 1998)
    assert audio.decode(tagged, tmp_path / "out").sound.duration_s == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("channels", "rate", "kind"),
    [
        (65_535, 8_000, Unreadable),
        (300, 8_000, Unreadable),
        (1, 0xFFFFFFFF, Unreadable),
        (1, 0x7FFFFFFF, Unreadable),
        (1, 1, Unreadable),
    ],
)
def test_impossible_shapes_are_refused(tmp_path: Path, channels: int, rate: int, kind: type[BadRecording]) -> None:
    file = tmp_path / "shape.wav"
    file.write_bytes(hostile.wav(SECOND * 20, channels=channels, rate=rate))
    refused(file, kind)


def test_five_thousand_streams_are_refused(tmp_path: Path) -> None:
    few = tmp_path / "few.mkv"
    few.write_bytes(hostile.crowd(3))
    assert audio.decode(few, tmp_path / "few").sound.duration_s == pytest.approx(0.5, abs=0.1)
    for name in ("many.mkv", "many.wav"):
        many = tmp_path / name
        many.write_bytes(hostile.crowd(5_000))
        refused(many, TooHeavy)


LURES = {
    "list.wav": "ffconcat version 1.0\nfile other.wav\n",
    "list.mp3": "ffconcat version 1.0\nfile other.wav\n",
    "playlist.wav": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nother.wav\n#EXT-X-ENDLIST\n",
    "playlist.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nother.wav\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("name", LURES)
@pytest.mark.parametrize(
    "ending", ["", "#\0\1\2\xff\n"]
)  # with these it is no text, and only the decoder's rules stop it
def test_a_file_never_opens_another(tmp_path: Path, name: str, ending: str) -> None:
    other = tone(tmp_path / "other.wav", 3.0)
    lure = tmp_path / name
    lure.write_bytes((LURES[name] + ending).encode("latin-1"))
    watched = Watched(other)
    refused(lure, NotARecording)
    assert not watched.opened()


def test_the_lure_is_real_and_the_seal_holds(tmp_path: Path) -> None:
    """A decoder left to itself falls for it; a sealed one can't, even if it tries."""
    other = tone(tmp_path / "other.wav", 3.0)
    lure = tmp_path / "list.wav"
    lure.write_text(LURES["list.wav"])
    watched = Watched(other)
    with av.open(str(lure)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == 3 * 8000
    assert watched.opened()
    with sealed(1), pytest.raises(av.error.FFmpegError):
        av.open(str(lure))
    assert not watched.opened()
    with sealed(), pytest.raises(OSError, match="Too many open files"):
        other.open("rb")


def test_a_file_never_uses_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        session = f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n"
        for name, content in {
            "playlist.wav": f"#EXTM3U\n#EXTINF:3,\nhttp://127.0.0.1:{port}/a.wav\n#EXT-X-ENDLIST\n#\0\xff\n",
            "list.wav": f"ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.wav\n#\0\xff\n",
            "session.sdp": session,
            "session.wav": session + "a=\xff\0\n",
            "address.wav": f"http://127.0.0.1:{port}/a.wav",
            "stream.ul": f"rtp://127.0.0.1:{port}",
        }.items():
            lure = tmp_path / name
            lure.write_bytes(content.encode("latin-1"))
            refused(lure, NotARecording)
        with pytest.raises(TimeoutError):
            server.accept()


def test_what_is_no_recording_says_so_whatever_its_name(tmp_path: Path) -> None:
    song = next(SAMPLES.glob("calls/*.mp3"))
    with zipfile.ZipFile(tmp_path / "zip.wav", "w") as archive:
        archive.write(song)  # stored as it is: a decoder would find it
    (tmp_path / "zip.ul").write_bytes((tmp_path / "zip.wav").read_bytes())
    (tmp_path / "page.wav").write_text("\n<!doctype html><title>Sign in – Ünïcode</title>" + "ü" * 600)
    (tmp_path / "page.ul").write_text("<!doctype html><title>Sign in</title>" * 40)
    (tmp_path / "noise.wav").write_bytes(np.random.default_rng(3).bytes(60_000))
    (tmp_path / "empty.wav").write_bytes(b"")
    for file in tmp_path.glob("*.*"):
        refused(file, EmptyFile if file.stem == "empty" else NotARecording)


def test_a_child_has_no_more_memory_than_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "MEMORY_MB", 1)
    refused(tone(tmp_path / "tone.wav", 60.0, rate=48_000), TooHeavy)


@pytest.mark.soak
def test_three_hours_stay_small(tmp_path: Path) -> None:
    """Both channels sound for three hours; the child that reads them is this process's only one."""
    long = tmp_path / "long.wav"
    speech = np.random.default_rng(4).normal(size=(8_000 * 60, 2)) * np.array([3000, 1000])
    long.write_bytes(hostile.wav(speech.astype("<i2").tobytes() * 180, channels=2))
    script = (
        "import resource, sys, pathlib; from pipeline import audio; paths = map(pathlib.Path, sys.argv[1:]);"
        "print(audio.decode(*paths).sound.duration_s, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, long, tmp_path / "out"], capture_output=True, check=True, cwd=ROOT
    )
    seconds, kilobytes = map(float, ran.stdout.split())
    assert seconds == 3 * 3600
    assert kilobytes < 150_000


def test_a_child_that_hangs_ends_by_itself(tmp_path: Path) -> None:
    """A pipe that nobody writes to blocks whoever reads it, as a loop in a decoder would."""
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    begun = time.monotonic()
    with pytest.raises(TooHeavy):
        audio.decode(pipe, tmp_path / "out", wall_s=1.0)
    assert time.monotonic() - begun < 1.0 + audio.STARTING_S


def originals() -> list[Path]:
    formats = sorted((SHARED / "formats").iterdir()) if SHARED.is_dir() else []
    samples = {path.suffix: path for path in sorted(SAMPLES.glob("calls/**/*.*")) if path.suffix != ".json"}
    return [*formats, *samples.values()]


def outcomes(original: Path, room: Path, times: int) -> Counter[str]:
    """What became of so many mutants of one file; raises where one is no answer, too slow, or wrongly named."""
    found: Counter[str] = Counter()
    content = original.read_bytes()
    room.mkdir()
    with Forks() as forks:
        for number in range(times):
            changed = hostile.mutant(content, original.name, number)
            file = room / f"{number}{original.suffix}"
            file.write_bytes(changed)
            out = room / "out"
            out.mkdir(exist_ok=True)
            job = {
                "files": [{"path": str(file), "suffix": file.suffix}],
                "into": str(out),
                "max_s": 6 * 3600,
                "wall_s": SOON,
                "memory_mb": audio.MEMORY_MB,
            }
            begun = time.monotonic()
            status, answer = forks.do(job)
            took = time.monotonic() - begun
            assert status <= 0, (original.name, number)  # our own code raised
            assert took < SOON + 1, (original.name, number, took)
            name = type(audio.ended(status, "")).__name__ if status else answer.get("error", "a call")
            assert name == "a call" or issubclass(getattr(errors, name), BadRecording)
            if name == "NotARecording":
                assert changed[:512] != content[:512], (original.name, number)
            if name == "EmptyFile":
                assert not changed
            found[name] += 1
            for left in [file, *out.iterdir()]:
                left.unlink()
    return found


def mutate(room: Path, times: int) -> Counter[str]:
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(outcomes, file, room / f"{number}", times) for number, file in enumerate(originals())]
        return sum((work.result() for work in works), Counter())


def test_mutants_are_calls_or_say_why_not(tmp_path: Path) -> None:
    found = mutate(tmp_path, 5)
    assert found["a call"] > 5
    assert found["Unreadable"] > 0
    print(dict(found))


@pytest.mark.soak
def test_many_mutants_are_calls_or_say_why_not(tmp_path: Path) -> None:
    print(dict(mutate(tmp_path, 200)))
