"""Whatever is missing or out of date is made; what is up to date is left alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from nlp import encoder
from nlp.analyse import DEFAULT
from nlp.suggester import opinion
from pipeline.analyse import Analyser, load_playbook
from pipeline.errors import BadRecording, Cancelled, HearingInterrupted, HearingStopped, Stopping
from pipeline.folder import CallFolder
from pipeline.inbox import Inbox
from pipeline.library import Library, now
from pipeline.reconcile import STAGES, Reconciler
from pipeline.records import Correction, Heard, Job, Voice, Word
from pipeline.settings import Settings
from tests.conftest import tone


def said(text: str, start: float, lane: int = 0) -> Voice:
    words = [
        Word(start=start + 0.3 * number, end=start + 0.3 * number + 0.25, text=word, raw=word, probability=0.9)
        for number, word in enumerate(text.split())
    ]
    return Voice(lane=lane, words=tuple(words))


REP = said("Hi, it's Sam from Juniper Lane, how can I help?", 0.0)
CUSTOMER = said("That is too expensive for us.", 5.0, lane=1)


class Ears:
    """A recogniser that hears what it is told to, and counts."""

    def __init__(self) -> None:
        self.heard = 0
        self.language = "en"
        self.trouble: Exception | None = None
        self.asked: list[Job] = []

    def hear(self, job: Job, heard: Callable[[float], None]) -> Heard:
        assert all(lane.stat().st_size for lane in job.lanes)
        assert len(job.about) == len(job.lanes)
        self.asked.append(job)
        if self.trouble:
            raise self.trouble
        self.heard += 1
        heard(1.0)
        return Heard(language=self.language, model="fake", voices=(REP, CUSTOMER))


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def work(library: Library, conf: Settings, ears: Ears) -> Reconciler:
    return Reconciler(library, conf, ears, Analyser(load_playbook(None), None), lambda *_: None)


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
    workers = [Reconciler(library, conf, ears, Analyser(load_playbook(None), None), lambda *_: None) for _ in range(2)]
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


def test_a_recording_that_comes_again_leaves_what_was_found_as_it_is(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    finish(work, call)
    made = [call.path / f"{name}.json" for name in ("heard", "transcript", "analysis")]
    before = [(path.stat().st_ino, path.read_bytes()) for path in made]
    again = take(library, conf, "Sam/the same once more.wav", content=call.sound.read_bytes())
    assert again.path == call.path
    assert finish(work, call)[0] == "read"
    assert len(call.sightings()) == 2
    assert [(path.stat().st_ino, path.read_bytes()) for path in made] == before
    assert finish(work, call) == []
    assert ears.heard == 1


def test_a_call_that_is_up_to_date_costs_no_reading(
    work: Reconciler, library: Library, conf: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = take(library, conf)
    finish(work, call)
    monkeypatch.setattr(CallFolder, "_read", lambda *_: pytest.fail("a document was read"))
    assert work.wants(call) == ()


def test_the_encoder_is_asked_once_however_often_a_call_is_analysed(
    work: Reconciler, library: Library, conf: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = take(library, conf)
    finish(work, call)
    first, kept = call.analysis(), call.likeness()
    assert first is not None
    assert kept is not None
    assert any("objection.price" in likely for likely in kept.sentences.values())

    def anew() -> None:
        opinion.forget()
        (call.path / "analysis.json").unlink()
        finish(work, call)

    asked: list[str] = []
    likeness = encoder.Encoder.likeness
    monkeypatch.setattr(encoder.Encoder, "likeness", lambda self, text: asked.append(text) or likeness(self, text))
    anew()
    assert asked == []
    assert call.analysis() == first

    for lost in (kept.model_copy(update={"encoder": "another"}).to_json(), b"{"):  # another encoder's, or damaged
        (call.path / "likeness.json").write_bytes(lost)
        anew()
        assert asked
        assert (call.analysis(), call.likeness()) == (first, kept)
        asked.clear()


def test_another_playbook_makes_every_analysis_anew(
    work: Reconciler, library: Library, conf: Settings, ears: Ears, tmp_path: Path
) -> None:
    call = take(library, conf)
    finish(work, call)
    own = tmp_path / "playbook"
    shutil.copytree(DEFAULT, own)
    (own / "tags" / "signal.buying.yml").unlink()
    other = Reconciler(library, conf, ears, Analyser(load_playbook(own), None), lambda *_: None)
    assert other.wants(call) == ("analyse", "publish")
    finish(other, call)
    assert other.wants(call) == ()
    assert ears.heard == 1


def sides(call: CallFolder) -> list[tuple[str, str]]:
    transcript = call.transcript()
    assert transcript is not None
    return [(turn.speaker, turn.text.split()[0]) for turn in transcript.turns]


def test_swapped_speakers_are_put_right_without_hearing_again(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    finish(work, call)
    assert sides(call) == [("rep", "Hi,"), ("customer", "That")]
    heard = call.digest("heard.json")
    call.correct(Correction(at=now(), by="manager", set={"speakers": {"0": "customer", "1": "rep"}}))
    assert finish(work, call) == ["read", "hear", "speakers", "analyse", "publish"]
    assert sides(call) == [("customer", "Hi,"), ("rep", "That")]
    analysis = call.analysis()
    assert analysis is not None
    assert not any(tag.tag == "objection.price" for tag in analysis.tags), "a rep has no objections"
    assert call.digest("heard.json") == heard
    assert ears.heard == 1


def test_a_new_vocabulary_repairs_the_words_without_hearing_again(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    finish(work, call)
    library.vocabulary.write_text("names: [{name: Juniper Lanes, heard_as: [Juniper Lane]}]\n")
    assert work.wants(call)[0] == "speakers"
    finish(work, call)
    transcript = call.transcript()
    assert transcript is not None
    assert "Juniper Lanes," in transcript.turns[0].text
    assert [word.raw for word in transcript.turns[0].words if word.text == "Lanes,"] == ["Lane,"]
    assert ears.heard == 1
    assert work.wants(call) == ()


def test_the_recogniser_is_told_names_and_the_call(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    library.vocabulary.write_text("names: [{name: Corbel, kind: product}]\n")
    call = take(library, conf)
    finish(work, call)
    (asked,) = ears.asked
    assert (asked.key, asked.alone) == (call.id, False)
    assert "Corbel" in asked.hotwords
    assert "Sam" not in asked.hotwords  # the same for all, so that calls share batches


def test_after_a_failure_a_recording_is_heard_alone_and_then_forgiven(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    work.run("read", call)
    ears.trouble = HearingStopped("ended with -9")
    with pytest.raises(HearingStopped):
        work.run("hear", call)
    ears.trouble = None
    finish(work, call)
    assert [asked.alone for asked in ears.asked] == [False, True]
    assert call.failures == 0


def test_a_recording_that_was_only_interrupted_is_not_blamed(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    work.run("read", call)
    ears.trouble = HearingInterrupted("ended with -9")
    for _ in range(conf.attempts + 1):
        with pytest.raises(HearingInterrupted):
            work.run("hear", call)
    assert call.failures == 0
    ears.trouble = None
    finish(work, call)
    assert [asked.alone for asked in ears.asked] == [False] * (conf.attempts + 2)


def test_a_cancelled_recording_waits_in_quarantine_until_it_is_wanted(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    work.run("read", call)
    ears.trouble = Cancelled()
    with pytest.raises(Cancelled):
        work.run("hear", call)
    held = next(library.quarantined())
    reason = held.reason()
    assert reason is not None
    assert "cancelled" in reason.why
    ears.trouble = None
    again = library.release(call.id)
    finish(work, again)
    assert again.transcript() is not None


def test_cancelling_a_second_hearing_keeps_the_first(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    call = take(library, conf)
    finish(work, call)
    kept = call.digest("transcript.json")
    call.hear_again()
    ears.trouble = Cancelled()
    finish(work, call)
    assert call.digest("transcript.json") == kept
    assert not call.wants_hearing()
    assert work.wants(call) == ()
    assert list(library.quarantined()) == []


@pytest.mark.parametrize("heard_before", [False, True])
def test_cancelling_while_it_waits(work: Reconciler, library: Library, conf: Settings, heard_before: bool) -> None:
    call = take(library, conf)
    if heard_before:
        finish(work, call)
        call.hear_again()
    work.cancel(call)
    if heard_before:
        assert work.wants(call) == ()
        assert list(library.quarantined()) == []
    else:
        assert [held.id for held in library.quarantined()] == [call.id]
        assert not call.exists()


def test_a_call_in_another_language_is_kept_and_says_why_it_is_not_analysed(
    work: Reconciler, library: Library, conf: Settings, ears: Ears
) -> None:
    ears.language = "de"
    call = take(library, conf)
    assert finish(work, call) == list(STAGES)
    transcript, analysis = call.transcript(), call.analysis()
    assert transcript is not None
    assert analysis is not None
    assert (transcript.language, analysis.type.value) == ("de", "not_analysed")
    assert analysis.type.why == "This call is in German; the playbook covers English."
    assert analysis.tags == ()
    assert work.wants(call) == ()
