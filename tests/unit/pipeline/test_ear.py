"""The real listening child with the small model: several recordings at once, cancelled, put first, killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.ear import Ear
from pipeline.errors import Cancelled, ExemplarError, HearingInterrupted, HearingStopped, NoModel, Stopping
from pipeline.records import Heard, Lane
from pipeline.records import Job as Asked
from pipeline.settings import Settings, load
from tests import sounds
from tests.places import SAMPLES

ONE = (Lane(what="channel 1"),)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Path]:
    """A lane with so many seconds of one sample call, again and again."""
    folder = tmp_path_factory.mktemp("lanes")
    call = sounds.load(SAMPLES / json.loads((SAMPLES / "truth" / "front_desk.json").read_text())["file"])[0]

    def cut(seconds: float) -> Path:
        path = folder / f"{seconds}.pcm"
        np.resize(call, int(seconds * sounds.RATE)).astype("<i2").tofile(path)
        return path

    return cut


@pytest.fixture
def conf(tmp_path: Path, tiny_model: str) -> Settings:
    return load(tmp_path / "data", model=tiny_model, language="en", batch=2)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ear]:
    """An ear for the tests that leave it as it was."""
    ear = Ear(load(tmp_path_factory.mktemp("ear"), model="tiny.en", language="en", batch=2))
    yield ear
    ear.close()


class Job:
    """One recording, heard in a thread of its own."""

    def __init__(self, ear: Ear, lane: Path, key: str, **how: Any) -> None:
        self.shares: list[float] = []
        self.result: Heard | Exception | None = None
        self.ended = 0.0
        self._thread = threading.Thread(target=self._run, args=(ear, lane, key), kwargs=how, daemon=True)
        self._thread.start()

    def _run(self, ear: Ear, lane: Path, key: str, **how: Any) -> None:
        try:
            self.result = ear.hear(Asked(key=key, lanes=(lane,), about=ONE, language="en", **how), self.shares.append)
        except ExemplarError as error:
            self.result = error
        self.ended = time.monotonic()

    def under_way(self, seconds: float = 60.0) -> None:
        until(lambda: any(share > 0 for share in self.shares) or self.result is not None, seconds)
        assert self.result is None, f"over before it could be disturbed: {self.result!r}"

    def done(self, seconds: float = 90.0) -> Heard | Exception | None:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "nobody answered"
        return self.result


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def text(heard: Heard | Exception | None) -> str:
    assert isinstance(heard, Heard), repr(heard)
    return " ".join(word.text for voice in heard.voices for word in voice.words)


def child(ear: Ear) -> int:
    assert ear._child is not None
    return ear._child._process.pid


def test_two_recordings_at_once_and_one_that_can_not_be_opened(
    warm: Ear, tiny_model: str, speech: Callable[[float], Path], tmp_path: Path
) -> None:
    jobs = [Job(warm, speech(12), "a"), Job(warm, speech(40), "b"), Job(warm, tmp_path / "gone.pcm", "c")]
    first, second, gone = (job.done() for job in jobs)
    assert "Kingsley" in text(first)
    assert len(text(second).split()) > len(text(first).split())
    assert isinstance(gone, HearingStopped)
    assert "gone.pcm" in gone.detail
    for job in jobs[:2]:
        assert job.shares == sorted(job.shares)
        assert (job.shares[0], job.shares[-1]) == (0.0, 1.0)


def test_one_that_is_cancelled_stops_and_the_other_goes_on(
    warm: Ear, tiny_model: str, speech: Callable[[float], Path]
) -> None:
    long, other = Job(warm, speech(240), "long"), Job(warm, speech(30), "other")
    long.under_way()
    assert warm.cancel("long")
    assert isinstance(long.done(3), Cancelled)
    assert "Kingsley" in text(other.done())
    assert not warm.cancel("long"), "it is not being heard any more"
    assert "Kingsley" in text(Job(warm, speech(12), "long").done()), "cancelled once is not cancelled for ever"


def test_the_one_put_first_is_done_first(warm: Ear, tiny_model: str, speech: Callable[[float], Path]) -> None:
    jobs = [Job(warm, speech(seconds), f"{seconds}") for seconds in (400, 401, 402, 130)]
    until(lambda: all(job.shares for job in jobs), 10)
    warm.put_first("130")  # whether it is prepared yet or not
    *others, first = jobs
    first.done()
    assert [job.result for job in others] == [None] * 3
    for seconds in (400, 401, 402):
        warm.cancel(f"{seconds}")


def test_a_killed_child_blames_only_what_it_was_at_work_on(conf: Settings, speech: Callable[[float], Path]) -> None:
    ear = Ear(conf)
    try:
        blamed = Job(ear, speech(240), "blamed", alone=True)
        blamed.under_way()
        waiting = Job(ear, speech(20), "waiting")
        time.sleep(1.0)  # it is prepared by now, and shares no batch with the other
        os.kill(child(ear), signal.SIGKILL)
        stopped = blamed.done(10)
        assert isinstance(stopped, HearingStopped)
        assert "-9" in stopped.detail
        assert isinstance(waiting.done(10), HearingInterrupted)
        assert "Kingsley" in text(Job(ear, speech(12), "next").done()), "the next one has a new child"
    finally:
        ear.close()


def test_closing_tells_whoever_waits(conf: Settings, speech: Callable[[float], Path]) -> None:
    ear = Ear(conf)
    job = Job(ear, speech(240), "a")
    job.under_way()
    began = time.monotonic()
    ear.close()
    assert isinstance(job.done(5), Stopping)
    assert time.monotonic() - began < 3
    with pytest.raises(Stopping):
        ear.hear(Asked(lanes=(speech(12),), about=ONE), lambda _: None)


def test_a_child_that_rested_is_not_taken_for_stuck(conf: Settings, speech: Callable[[float], Path]) -> None:
    ear = Ear(conf)
    try:
        ear.warm()
        assert ear._child is not None
        ear._child.heard_from -= 3600.0  # an hour without a call
        assert "Kingsley" in text(Job(ear, speech(60), "after").done())
    finally:
        ear.close()


def test_a_child_that_hangs_is_ended(conf: Settings, speech: Callable[[float], Path]) -> None:
    ear = Ear(conf)
    try:
        job = Job(ear, speech(240), "stuck")
        job.under_way()
        ear._stall_s = 2.0
        os.kill(child(ear), signal.SIGSTOP)
        stopped = job.done(20)
        assert isinstance(stopped, HearingStopped)
        assert "no progress in 2 s" in stopped.detail
    finally:
        ear.close()


def test_a_model_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    ear = Ear(load(tmp_path, model="/not/there"))
    with pytest.raises(NoModel, match="/not/there"):
        ear.warm()


def test_an_answer_cut_short_by_a_kill_is_no_answer(monkeypatch: pytest.MonkeyPatch, conf: Settings) -> None:
    import subprocess
    import sys

    import pipeline.ear

    real = subprocess.Popen
    says = (
        'print(\'{"ready": "x", "note": null}\', flush=True); input(); print(\'{"job": 1, "do\', end=\'\', flush=True)'
    )
    monkeypatch.setattr(pipeline.ear.subprocess, "Popen", lambda _, **how: real([sys.executable, "-c", says], **how))
    ear = Ear(conf)
    with pytest.raises(HearingStopped):
        ear.hear(Asked(lanes=(), about=()), lambda _: None)
