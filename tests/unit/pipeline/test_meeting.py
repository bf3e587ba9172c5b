"""One file for each participant is one call: whole, once, with everybody's name; anything else stays apart."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from nlp.analyse import DEFAULT
from pipeline import meeting
from pipeline.analyse import Analyser, load_playbook
from pipeline.errors import BadRecording, SourceChanged
from pipeline.folder import CallFolder
from pipeline.inbox import Inbox
from pipeline.library import Library
from pipeline.reconcile import Reconciler
from pipeline.records import Heard, Job, Voice, Word
from pipeline.settings import Settings
from tests.sounds import save

FOLDER = "2026-10-06 15.40.12 Größe, demo 1234567890"
ANNA = f"{FOLDER}/Audio Record/audioAnnaGröße11387120943.m4a"
BOB = f"{FOLDER}/Audio Record/audioBob Jones21387120943.m4a"
CARL = f"{FOLDER}/Audio Record/audioCarl31387120943.m4a"
MIXED = f"{FOLDER}/audio1387120943.m4a"
FILM = f"{FOLDER}/video1387120943.mp4"
VTT = b"WEBVTT\n\n00:00:00.100 --> 00:00:00.900\nAnna Smith: That is too expensive for us.\n"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Ears:
    """A recogniser that counts."""

    def __init__(self) -> None:
        self.heard = 0

    def hear(self, job: Job, heard: Callable[[float], None]) -> Heard:
        assert job.key
        assert not job.alone
        assert len(job.lanes) == len(job.about)
        heard(1.0)
        self.heard += 1
        return Heard(
            language="en",
            model="fake",
            voices=(Voice(lane=0, words=(Word(start=0.1, end=0.4, text="heard", probability=0.9),)),),
        )


class Intake:
    """An inbox and its clock."""

    def __init__(self, library: Library, conf: Settings) -> None:
        self.library, self.conf, self.clock = library, conf, Clock()
        self.inbox = Inbox(library, conf, self.clock)

    def put(self, name: str, data: bytes | None = None) -> Path:
        path = self.library.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"sound of {name}".encode() if data is None else data)
        return path

    def again(self) -> None:
        """As after a kill: nothing remembered but what is on disk."""
        self.inbox = Inbox(self.library, self.conf, self.clock)
        self.inbox.recall()

    def take(self, wait: float = 6.0) -> list[CallFolder]:
        self.inbox.scan()
        self.clock.now += wait
        return [self.inbox.take(arrival)[0] for arrival in self.inbox.scan()[0]]

    def lying(self) -> list[str]:
        return sorted(path.name for path in self.library.inbox.rglob("*") if path.is_file())


@pytest.fixture
def intake(library: Library, conf: Settings) -> Intake:
    return Intake(library, conf)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def work(library: Library, conf: Settings, ears: Ears) -> Reconciler:
    return Reconciler(library, conf, ears, Analyser(load_playbook(DEFAULT), None), lambda *_: None)


def finish(work: Reconciler, call: CallFolder) -> None:
    for stage in work.wants(call):
        work.run(stage, call)


def speech(path: Path, seed: int, seconds: float = 2.0) -> Path:
    """Half a second of noise now and then, at other times for each seed."""
    noise = np.random.default_rng(seed)
    bursts = np.repeat(noise.integers(0, 2, round(seconds * 10)), 1600)
    return save(path, (noise.normal(0, 3000, bursts.size) * bursts)[None], codec="aac", kilobits=64)


def test_the_known_ways_to_name_files() -> None:
    for recorder in meeting.recorders():
        for name, role in recorder.examples.items():
            found = meeting.place(f"somewhere/{name}")
            assert (found.role if found else None) == role, name


def test_a_file_a_participant_is_one_call(intake: Intake, work: Reconciler) -> None:
    paths = [speech(intake.library.inbox / name, seed) for seed, name in enumerate((ANNA, BOB, MIXED))]
    bytes_of = [path.read_bytes() for path in paths]
    [call] = intake.take()
    assert (
        call.id
        == sha256("\n".join(sorted(sha256(data).hexdigest() for data in bytes_of[:2])).encode()).hexdigest()[:16]
    )
    assert [(path.name, path.read_bytes()) for path in call.sounds] == [
        ("recording.1.m4a", bytes_of[0]),
        ("recording.2.m4a", bytes_of[1]),
    ]
    assert (call.path / "mixed.1.m4a").read_bytes() == bytes_of[2]
    assert intake.lying() == []
    assert sorted(sighting.path for sighting in call.sightings()) == sorted((ANNA, BOB, MIXED))
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert recording.files == ("recording.1.m4a", "recording.2.m4a")
    assert recording.filename == FOLDER
    assert recording.sha256[:16] == call.id
    assert (recording.source, recording.rep) == ("Zoom", None)
    assert recording.started_at is not None
    assert recording.started_at.strftime("%Y-%m-%d %H.%M.%S") == FOLDER[:19]
    assert recording.bytes == len(bytes_of[0]) + len(bytes_of[1])
    assert [(lane.what, lane.name) for lane in recording.lanes] == [
        (Path(ANNA).name, "Anna Größe"),
        (Path(BOB).name, "Bob Jones"),
    ]
    assert call.listening.name == "listen.m4a"


def test_a_meeting_waits_for_all_that_are_still_coming(intake: Intake) -> None:
    intake.put(ANNA)
    assert intake.take(1.0) == [], "a participant's file has company coming"
    bob = intake.put(BOB)
    assert intake.take(4.5) == [], "one of the meeting is still new"
    bob.write_bytes(b"more")
    assert intake.take(1.0) == []
    [call] = intake.take(6.0)
    assert len(call.sounds) == 2


def test_unrelated_recordings_are_never_one_call(intake: Intake) -> None:
    for name in (
        "Anna/one.wav",
        "Anna/two.wav",
        "Anna/Bob Jones.m4a",
        "Anna/Carla Smith.m4a",
        "Anna/1-anna.flac",
        "Anna/2-bob.flac",
        ANNA,
        f"{FOLDER}/Audio Record/audioBob22387120943.m4a",  # after a stop, in the same folder
        "other/Audio Record/audioBob21387120943.m4a",
    ):
        intake.put(name)
    calls = intake.take()
    assert len(calls) == 9
    assert all(call.parts() is None for call in calls)
    assert all(call.sound.stem == "recording" for call in calls)


def test_each_stretch_of_a_stopped_meeting_is_a_call(intake: Intake) -> None:
    for number in (1639780501, 2639780501):
        for person in ("HudsonMitchell-P3", "VolodymyrSofishc4"):
            intake.put(f"{FOLDER}/Audio Record/audio{person}{number}.m4a")
        intake.put(f"{FOLDER}/video{number}.mp4")
    calls = intake.take()
    assert [len(call.sounds) for call in calls] == [2, 2]
    assert [path.name for call in calls for path in call.path.glob("mixed*")] == ["mixed.1.mp4"] * 2


def test_people_straight_in_a_reps_folder_are_a_call_of_the_reps(intake: Intake, work: Reconciler) -> None:
    speech(intake.put("Sam/audioAnna11387120943.m4a"), 1)
    speech(intake.put("Sam/audioBob21387120943.m4a"), 2)
    speech(intake.put("Sam/audio_only.m4a"), 3)
    calls = intake.take()
    assert sorted(len(call.sounds) for call in calls) == [1, 2], "what has no number may be of another meeting"
    call = next(call for call in calls if call.parts())
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert (recording.rep, recording.filename, recording.source) == ("Sam", "audio1387120943.m4a", "Zoom")


@pytest.mark.parametrize("late", [MIXED, FILM, f"{FOLDER}/audio_only.m4a", f"{FOLDER}/zoom_0.mp4"])
def test_the_same_conversation_in_one_file_is_no_second_call(intake: Intake, late: str) -> None:
    intake.put(ANNA)
    intake.put(BOB)
    [call] = intake.take()
    for _ in range(2):
        intake.again()
        content = intake.put(late).read_bytes()
        assert [call.id for call in intake.take()] == [call.id]
        assert [path.read_bytes() for path in call.path.glob("mixed*")] == [content]
    assert intake.lying() == []
    intake.put(f"{FOLDER}/audio2387120943.m4a")
    assert [other.id for other in intake.take()] != [call.id], "another number is another conversation"


def test_the_same_bytes_again_are_a_sighting(intake: Intake) -> None:
    intake.put(ANNA, b"a")
    intake.put(BOB, b"b")
    intake.put(CARL, b"c")
    [call] = intake.take()
    intake.again()
    intake.put("copy/audioBob21387120943.m4a", b"b")
    intake.put("copy/audioAnna11387120943.m4a", b"a")
    assert [again.id for again in intake.take()] == [call.id]
    intake.put("Bob.m4a", b"b")
    assert [again.id for again in intake.take()] == [call.id]
    assert len(list(intake.library.calls())) == 1
    assert len(call.sightings()) == 6


def test_a_participant_who_comes_later_is_a_call_of_its_own(intake: Intake) -> None:
    intake.put(ANNA)
    intake.put(BOB)
    [call] = intake.take()
    intake.put(CARL)
    [late] = intake.take()
    assert late.id != call.id
    assert late.sound.name == "recording.m4a"


def test_an_empty_participant_is_noted_and_left_out(intake: Intake, work: Reconciler) -> None:
    speech(intake.put(ANNA), 1)
    speech(intake.put(BOB), 2)
    intake.put(CARL, b"")
    assert intake.take(1.0) == []
    [call] = intake.take()
    assert len(call.sounds) == 2
    assert intake.lying() == []
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert recording.problems == ("audioCarl31387120943.m4a is empty, so the call goes on without it.",)


def test_one_who_is_left_of_two_keeps_the_name(intake: Intake, work: Reconciler) -> None:
    speech(intake.put(ANNA), 1)
    intake.put(BOB, b"")
    [call] = intake.take()
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert [lane.name for lane in recording.lanes] == ["Anna Größe"]


def test_nothing_but_empty_files_is_no_meeting(intake: Intake) -> None:
    intake.put(ANNA, b"")
    intake.put(BOB, b"")
    assert len({call.id for call in intake.take()}) == 1


def test_a_damaged_file_sets_the_call_aside_by_name_and_it_comes_back(intake: Intake, work: Reconciler) -> None:
    speech(intake.put(ANNA), 1)
    intake.put(BOB, b"this is a text")
    [call] = intake.take()
    with pytest.raises(BadRecording, match=r"audioBob Jones21387120943\.m4a"):
        finish(work, call)
    [held] = intake.library.quarantined()
    reason = held.reason()
    assert reason is not None
    assert "audioBob Jones21387120943.m4a" in reason.detail
    assert len(held.sounds) == 2
    assert not list(intake.library.scratch.iterdir())
    again = intake.library.release(call.id)
    speech(again.sounds[1], 2)
    finish(work, again)
    assert again.analysis() is not None


def test_a_file_that_changes_meanwhile_holds_up_the_meeting(intake: Intake) -> None:
    intake.put(ANNA)
    bob = intake.put(BOB)
    intake.inbox.scan()
    intake.clock.now += 6
    [arrival] = intake.inbox.scan()[0]
    bob.write_bytes(b"more")
    with pytest.raises(SourceChanged):
        intake.inbox.take(arrival)
    assert not list(intake.library.calls())
    assert not list(intake.library.incoming.iterdir())
    assert len(intake.lying()) == 2


def test_a_kept_meeting_is_left_as_it_is_and_remembered(library: Library, conf: Settings) -> None:
    intake = Intake(library, conf.model_copy(update={"keep": ["synced"]}))
    for name in (ANNA, BOB, MIXED):
        intake.put(f"synced/{name}")
    assert len(intake.take()) == 1
    assert len(intake.lying()) == 3
    intake.again()
    assert intake.take() == []


def test_notes_beside_a_meeting_come_along(intake: Intake, work: Reconciler) -> None:
    speech(intake.put(ANNA), 1)
    speech(intake.put(BOB), 2)
    intake.put(MIXED)
    intake.put(f"{FOLDER}/audio1387120943.vtt", VTT)
    intake.put(f"{FOLDER}.json", b'{"rep": "Anna"}')
    intake.put(f"{ANNA[:-4]}.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nOnly what Anna said\n")
    [call] = intake.take()
    assert intake.lying() == [Path(f"{ANNA[:-4]}.vtt").name]
    finish(work, call)
    recording, heard = call.recording(), call.heard()
    assert recording is not None
    assert heard is not None
    assert recording.rep == "Anna"
    assert [voice.name for voice in heard.voices] == ["Anna Smith"]
    late = VTT.replace(b"expensive", b"cheap")
    intake.put(f"{FOLDER}.vtt", late)
    assert intake.take() == []
    assert call.beside(".vtt") == late
    finish(work, call)
    heard = call.heard()
    assert heard is not None
    assert "cheap" in [word.text for word in heard.voices[0].words]


POINTS = 60  # more than there are


def killed_at(intake: Intake, point: int) -> bool:
    """Take everything in, in a process that dies before the n-th thing it does on the disk; False if it never did."""
    child = os.fork()
    if not child:
        left = [point]

        def dying(does: Callable[..., object]) -> Callable[..., object]:
            def do(*args: object, **more: object) -> object:
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)
                return does(*args, **more)

            return do

        for where, name in ((os, "fsync"), (os, "write"), (Path, "unlink"), (Path, "rename"), (Path, "replace")):
            setattr(where, name, dying(getattr(where, name)))
        try:
            intake.take()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_killed_at_any_point_it_is_taken_in_once(intake: Intake, tmp_path: Path, conf: Settings) -> None:
    content = {ANNA: b"a", BOB: b"b", CARL: b"", MIXED: b"m"}
    for point in range(POINTS):
        data = tmp_path / str(point)
        library = Library(data)
        library.prepare()
        intake = Intake(library, conf.model_copy(update={"data": data}))
        for name, data_of in content.items():
            intake.put(name, data_of)
        killed = killed_at(intake, point)
        intake.again()
        intake.take()
        [call] = library.calls()
        assert [path.read_bytes() for path in call.sounds] == [b"a", b"b"], point
        assert [path.read_bytes() for path in call.path.glob("mixed*")] == [b"m"], point
        assert {sighting.path for sighting in call.sightings()} == set(content), point
        assert intake.lying() == [], point
        assert not list(library.incoming.iterdir())
        if not killed:
            assert point > 10
            return
    pytest.fail("it never ended")


# transcripts


@pytest.mark.parametrize(
    ("recording", "transcript"),
    [
        ("call.wav", "call.vtt"),
        ("call.wav", "call.wav.vtt"),
        ("call.wav", "call.VTT"),
        ("GMT20261006-154012_Recording.m4a", "GMT20261006-154012_Recording.transcript.vtt"),
        ("GMT20261006-154012_Recording_1920x1080.mp4", "GMT20261006-154012_Recording.transcript.vtt"),
        ("GMT20261006-154012_Recording_gallery_1920x1080.mp4", "GMT20261006-154012_Recording.transcript.vtt"),
        ("A-20261007_101500UTC-Meeting Recording.mp4", "A-20261007_101500UTC-Meeting Transcript.vtt"),
        ("A-20261007_101500UTC-Meeting Recording.mp4", "A-20261007_101500UTC-Meeting Recording.vtt"),
    ],
)
def test_a_transcript_joins_its_recording_at_once_or_late(intake: Intake, recording: str, transcript: str) -> None:
    intake.put(f"Sam/{recording}", b"1")
    intake.put(f"Sam/{transcript}", VTT)
    [call] = intake.take()
    assert call.beside(".vtt") == VTT
    intake.put(f"Tim/{recording}", b"2")
    [other] = intake.take()
    assert other.beside(".vtt") is None
    intake.again()
    intake.put(f"Tim/{transcript}", VTT)
    assert intake.take() == []
    assert other.beside(".vtt") == VTT
    assert intake.library.to_work.take() == [other.id]
    assert intake.lying() == []


@pytest.mark.parametrize(
    ("recording", "transcript"),
    [("call.wav", "call.transcript.vtt"), ("call_1920x1080.mp4", "call.vtt"), ("call2.wav", "call.vtt")],
)
def test_a_transcript_of_something_else_waits(intake: Intake, recording: str, transcript: str) -> None:
    intake.put(recording)
    path = intake.put(transcript, VTT)
    [call] = intake.take()
    intake.take()
    assert call.beside(".vtt") is None
    assert path.exists()


def test_sound_and_film_of_a_meeting_share_a_transcript(intake: Intake) -> None:
    intake.put("GMT20261006-154012_Recording.m4a", b"1")
    intake.put("GMT20261006-154012_Recording_1920x1080.mp4", b"2")
    intake.put("GMT20261006-154012_Recording.transcript.vtt", VTT)
    assert [call.beside(".vtt") for call in intake.take()] == [VTT, VTT]
    better = VTT + b"\n00:00:01.000 --> 00:00:01.500\nBob: Yes.\n"
    intake.put("GMT20261006-154012_Recording.transcript.vtt", better)
    intake.take()
    assert [call.beside(".vtt") for call in intake.library.calls()] == [better, better]
    assert intake.lying() == []


def test_a_late_transcript_is_used_instead_of_what_was_heard(intake: Intake, work: Reconciler, ears: Ears) -> None:
    speech(intake.put("call.m4a"), 1)
    [call] = intake.take()
    finish(work, call)
    assert (ears.heard, work.wants(call)) == (1, ())
    intake.put("call.vtt", VTT)
    intake.take()
    finish(work, call)
    heard = call.heard()
    assert heard is not None
    assert (heard.model, [voice.name for voice in heard.voices]) == ("supplied", ["Anna Smith"])
    intake.put("call.vtt", VTT)
    intake.take()
    finish(work, call)
    assert call.heard() == heard, "the same once more is nothing new"
    assert ears.heard == 1


def test_a_transcript_that_comes_while_its_call_is_being_heard_is_used_next(
    intake: Intake, work: Reconciler, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech(intake.put("call.m4a"), 1)
    [call] = intake.take()

    def meanwhile(job: Job, heard: Callable[[float], None]) -> Heard:
        intake.put("call.vtt", VTT)
        intake.take()
        return Ears.hear(ears, job, heard)

    monkeypatch.setattr(ears, "hear", meanwhile)
    finish(work, call)
    finish(work, call)
    heard = call.heard()
    assert heard is not None
    assert (heard.model, ears.heard) == ("supplied", 1)


def test_a_late_transcript_that_is_broken_is_noted_and_nothing_is_heard_again(
    intake: Intake, work: Reconciler, ears: Ears
) -> None:
    speech(intake.put("call.m4a"), 1)
    [call] = intake.take()
    finish(work, call)
    intake.put("call.vtt", b"no transcript at all")
    intake.take()
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert recording.problems == ("The transcript beside the recording was not used: it is not a WebVTT file.",)
    assert ears.heard == 1
    intake.put("call.vtt", VTT)
    intake.take()
    finish(work, call)
    recording, heard = call.recording(), call.heard()
    assert recording is not None
    assert heard is not None
    assert (recording.problems, heard.model, ears.heard) == ((), "supplied", 1)


def test_a_transcript_that_comes_broken_with_its_recording_leaves_the_sound(
    intake: Intake, work: Reconciler, ears: Ears
) -> None:
    speech(intake.put("call.m4a"), 1)
    intake.put("call.vtt", b"no transcript at all")
    [call] = intake.take()
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert len(recording.problems) == 1
    assert ears.heard == 1
    assert work.wants(call) == ()
