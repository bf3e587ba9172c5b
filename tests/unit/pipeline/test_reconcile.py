"""Whatever is missing or out of date is made; what is up to date is left alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from nlp.analyse import DEFAULT
from pipeline.analyse import load_playbook
from pipeline.errors import BadRecording, HearingStopped, Stopping
from pipeline.folder import CallFolder
from pipeline.inbox import Inbox
from pipeline.library import Library, now
from pipeline.reconcile import STAGES, Reconciler
from pipeline.records import Correction, Turn
from pipeline.settings import Settings
from tests.conftest import tone


class Ears:
    """A recogniser that hears what it is told to, and counts."""

    def __init__(self) -> None:
        self.heard = 0
        self.trouble: Exception | None = None

    def hear(self, lanes: Sequence[Path], heard: Callable[[float], None]) -> tuple[str, str, tuple[Turn, ...]]:
        assert all(lane.stat().st_size for lane in lanes)
        if self.trouble:
            raise self.trouble
        self.heard += 1
        heard(1.0)
        turns = (Turn(speaker="customer", start=0.0, end=2.0, text="That is too expensive for us."),)
        return "en", "fake", turns


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def work(library: Library, conf: Settings, ears: Ears) -> Reconciler:
    return Reconciler(library, conf, ears, load_playbook(None), lambda *_: None)


def take(library: Library, conf: Settings, name: str = "Sam/a.wav", content: bytes | None = None) -> CallFolder:
    path = library.inbox / name
    path.parent.mkdir(exist_ok=True, parents=True)
    if content is None:
        tone(path, 1.0, channels=2)
    else:
        path.write_bytes(content)
    clock = [0.0]
    inbox = Inbox(library, conf, lambda: clock[0])
    inbox.scan()
    clock[0] = 60.0
    return inbox.take(inbox.scan()[0][0])[0]


def finish(work: Reconciler, call: CallFolder) -> list[str]:
    done = []
    for stage in work.wants(call):
        work.run(stage, call)
        done.append(stage)
    return done


def test_a_new_call_goes_through_every_stage_once(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    assert finish(work, call) == list(STAGES)
    recording, analysis = call.recording(), call.analysis()
    assert recording is not None
    assert (recording.rep, recording.channels, recording.filename) == ("Sam", 2, "a.wav")
    assert recording.started_at is None
    assert analysis is not None
    assert any(tag.tag == "objection.price" for tag in analysis.tags)
    assert library.to_index.take() == [call.id]
    assert call.peaks.exists()
    assert not list(library.scratch.iterdir())
    assert finish(work, call) == []
    assert ears.heard == 1


def test_a_correction_changes_the_description_but_not_what_was_heard(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    finish(work, call)
    library.to_index.take()
    call.correct(Correction(at=now(), by="manager", set={"rep": "Priya"}))
    finish(work, call)
    recording = call.recording()
    assert recording is not None
    assert recording.rep == "Priya"
    assert ears.heard == 1
    assert library.to_index.take() == [call.id]


def test_a_corrected_type_is_analysed_again(work: Reconciler, library: Library, conf: Settings) -> None:
    call = take(library, conf)
    finish(work, call)
    call.correct(Correction(at=now(), by="manager", set={"type": "voicemail"}))
    finish(work, call)
    analysis = call.analysis()
    assert analysis is not None
    assert analysis.type.value == "voicemail"
    assert {step.result for step in analysis.steps} == {"not_applicable"}


def test_hearing_again_is_done_only_when_asked(work: Reconciler, library: Library, conf: Settings, ears: Ears) -> None:
    call = take(library, conf)
    finish(work, call)
    call.hear_again()
    assert "hear" in work.wants(call)
    finish(work, call)
    assert ears.heard == 2
    assert work.wants(call) == ()


def test_what_can_not_be_read_goes_to_quarantine_and_back(work: Reconciler, library: Library, conf: Settings) -> None:
    call = take(library, conf, "note.wav", b"this is a text")
    with pytest.raises(BadRecording):
        finish(work, call)
    assert not call.exists()
    held = next(library.quarantined())
    reason = held.reason()
    assert reason is not None
    assert reason.name == "note.wav"
    assert "not a sound" in reason.why
    assert held.sound.read_bytes() == b"this is a text"
    assert library.to_index.take() == [call.id]
    again = library.release(call.id)
    assert work.wants(again) == STAGES


def test_a_recogniser_that_keeps_failing_costs_one_file(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    work.run("read", call)
    ears.trouble = HearingStopped("ended with -11")
    for _ in range(conf.attempts - 1):
        with pytest.raises(HearingStopped):
            work.run("hear", call)
    with pytest.raises(BadRecording):
        work.run("hear", call)
    assert [held.id for held in library.quarantined()] == [call.id]


def test_stopping_is_nobodys_fault(work: Reconciler, library: Library, conf: Settings, ears: Ears) -> None:
    call = take(library, conf)
    work.run("read", call)
    ears.trouble = Stopping()
    with pytest.raises(Stopping):
        work.run("hear", call)
    assert call.failures == 0


def test_two_workers_do_the_work_once(library: Library, conf: Settings, ears: Ears) -> None:
    call = take(library, conf)
    workers = [Reconciler(library, conf, ears, load_playbook(None), lambda *_: None) for _ in range(2)]
    threads = [threading.Thread(target=finish, args=(worker, call)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ears.heard == 1


def test_an_outdated_analysis_serves_until_it_is_replaced(work: Reconciler, library: Library, conf: Settings) -> None:
    call = take(library, conf)
    finish(work, call)
    analysis = call.analysis()
    assert analysis is not None
    call.keep(analysis.model_copy(update={"made_from": {**analysis.made_from, "playbook": "older"}}))
    assert work.wants(call) == ("analyse", "publish")
    assert call.analysis() is not None
    finish(work, call)
    fresh = call.analysis()
    assert fresh is not None
    assert fresh.made_from == analysis.made_from


def test_a_call_that_is_up_to_date_costs_no_reading(
    work: Reconciler, library: Library, conf: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = take(library, conf)
    finish(work, call)
    monkeypatch.setattr(CallFolder, "_read", lambda *_: pytest.fail("a document was read"))
    assert work.wants(call) == ()


def test_another_playbook_makes_every_analysis_anew(
    work: Reconciler, library: Library, conf: Settings, ears: Ears, tmp_path: Path
) -> None:
    call = take(library, conf)
    finish(work, call)
    own = tmp_path / "playbook"
    shutil.copytree(DEFAULT, own)
    (own / "tags" / "signal.buying.yml").unlink()
    other = Reconciler(library, conf, ears, load_playbook(own), lambda *_: None)
    assert other.wants(call) == ("analyse", "publish")
    finish(other, call)
    assert other.wants(call) == ()
    assert ears.heard == 1
