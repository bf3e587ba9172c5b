"""The threads that hear, with a recogniser that takes its time: all at work, none lost, a failure costs its recording."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from pipeline.crew import Crew
from pipeline.hearing import Hearing, Task
from pipeline.records import Lane
from pipeline.transcribe import Spoken, Take
from pipeline.windows import Piece, Window

BROKEN = 13


class Slow:
    """Takes a while for each batch and counts how many it hears at a time; the windows of one lane make it fail."""

    workers, together, name = 3, 2, "slow"

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._now = 0
        self.most = 0
        self.heard = 0

    def encode(self, sounds: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return sounds

    def languages(self, encoded: Sequence[np.ndarray]) -> list[dict[str, float]]:
        return [{"en": 0.9, "de": 0.1} for _ in encoded]

    def decode(
        self, encoded: Sequence[np.ndarray], languages: Sequence[str], *, hotwords: str = "", careful: bool = False
    ) -> list[Take]:
        assert set(languages) == {"en"}, "heard before its language was known"
        with self._guard:
            self._now += 1
            self.most = max(self.most, self._now)
            self.heard += len(encoded)
        time.sleep(0.01)
        with self._guard:
            self._now -= 1
        if any(round(float(sound.max()) * 32768) == BROKEN for sound in encoded):
            raise RuntimeError("out of memory")
        return [Take((Spoken("hello", 0.1, 0.5, 0.9),), -0.2, 0.0, 1.0) for _ in encoded]


class Voices:
    def embed(self, windows: np.ndarray) -> np.ndarray:
        raise AssertionError("nobody is to be told apart")


def recording(seconds: int, loud: int = 1, language: str = "auto") -> Hearing:
    """Two lanes, one of them silent, with a window for each second."""
    about = (Lane(what="channel 1"), Lane(what="channel 2"))
    lane = np.full(seconds * 16_000, loud, np.int16)
    made = Hearing([lane, lane], about, language=language)
    made._words = [[], []]
    for first in range(0, len(lane), 16_000):
        piece = Piece(first, first, first + 16_000, first + 16_000, 0)
        made._add([Task(made, first // 16_000 % 2, Window((piece,)))])
    return made


@contextmanager
def crew(recogniser: Slow) -> Iterator[tuple[Crew, queue.Queue[dict[str, Any]]]]:
    said: queue.Queue[dict[str, Any]] = queue.Queue()
    made = Crew(recogniser, Voices(), 0, said.put)  # type: ignore[arg-type]
    made.start()
    yield made, said
    made.stop()


def ends(said: queue.Queue[dict[str, Any]], count: int) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    while len(found) < count:
        answer = said.get(timeout=10)
        if "done" in answer or "failed" in answer:
            assert answer["job"] not in found, "told twice"
            found[answer["job"]] = answer
    return found


def words(answer: dict[str, Any]) -> int:
    return sum(len(voice["words"]) for voice in answer["done"]["voices"])


def test_every_window_of_every_recording_is_heard_once_and_all_hands_are_busy() -> None:
    slow = Slow()
    with crew(slow) as (hands, said):
        for number in range(6):
            hands.add(number, recording(10 + number), alone=number == 3, first=number == 5)
        found = ends(said, 6)
    assert {number: words(answer) for number, answer in found.items()} == {number: 10 + number for number in range(6)}
    assert slow.heard == sum(range(10, 16))
    assert slow.most == 3


def test_a_recording_heard_alone_has_no_company() -> None:
    slow = Slow()
    with crew(slow) as (hands, said):
        hands.add(1, recording(30), alone=True, first=False)
        hands.add(2, recording(30), alone=False, first=False)
        at_work: list[list[int]] = []
        while "done" not in (answer := said.get(timeout=10)):
            at_work += [answer["batch"]] if "batch" in answer else []
        assert answer["job"] == 1
        assert all(keys in ([], [1]) for keys in at_work), at_work
        ends(said, 1)


def test_one_that_fails_is_told_and_the_others_go_on() -> None:
    with crew(Slow()) as (hands, said):
        hands.add(1, recording(20, loud=BROKEN), alone=True, first=False)
        hands.add(2, recording(20), alone=False, first=False)
        found = {}
        while 2 not in found:
            answer = said.get(timeout=10)
            if "done" in answer or "failed" in answer:
                found[answer["job"]] = answer
    assert found[1]["failed"] == "RuntimeError: out of memory"
    assert words(found[2]) == 20


def test_silence_is_done_at_once_and_a_dropped_one_is_never_done() -> None:
    with crew(Slow()) as (hands, said):
        hands.add(1, recording(400), alone=False, first=False)
        hands.add(2, recording(0), alone=False, first=False)
        assert words(ends(said, 1)[2]) == 0
        hands.drop(1)
        hands.add(3, recording(4), alone=False, first=False)
        assert list(ends(said, 1)) == [3]
        time.sleep(0.1)
    left = [answer for answer in said.queue if answer.get("job") == 1 and "share" not in answer]
    assert left == []


@pytest.mark.parametrize("batches", [1, 5])
def test_stopping_waits_for_what_is_begun(batches: int) -> None:
    slow = Slow()
    with crew(slow) as (hands, _):
        hands.add(1, recording(1000, language="en"), alone=False, first=False)
        while slow.heard < batches:
            time.sleep(0.001)
    assert slow._now == 0
    assert slow.heard < 1000
