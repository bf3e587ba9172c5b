"""Who is heard next: recordings take turns, the one put first goes first, the suspicious one goes alone."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest

from pipeline.desk import Desk
from pipeline.hearing import Hearing, Task
from pipeline.records import Lane
from pipeline.windows import Piece, Window


def recording(windows: int, careful: int = 0) -> Hearing:
    """A recording with so many windows to hear, and so many to hear again."""
    made = Hearing([np.zeros(0, np.int16)], [Lane(what="channel 1")], language="en")
    kinds = [False] * windows + [True] * careful
    made._add([Task(made, 0, Window((Piece(0, 0, 1, 1, 0),)), careful=kind) for kind in kinds])
    return made


def desk(size: int, **recordings: Any) -> Desk:
    made = Desk(size)
    for name, hearing in recordings.items():
        made.add(ord(name), hearing)
    return made


def letters(desk: Desk) -> str:
    """Whose windows the next batch holds, in their order."""
    names = {id(hearing): chr(key) for key, hearing in desk._order.items()}
    batch = desk.batch()
    found = "".join(names[id(task.hearing)] for task in batch.tasks)
    assert "".join(map(chr, batch.keys)) == "".join(dict.fromkeys(found))
    desk.back(batch)
    return found


def test_recordings_take_turns_until_the_batch_is_full() -> None:
    on = desk(8, a=recording(20), b=recording(2), c=recording(3))
    assert [letters(on) for _ in range(4)] == ["abcabcac", "a" * 8, "a" * 8, "a"]
    assert letters(on) == ""


def test_what_is_put_first_goes_before_all_others() -> None:
    on = desk(4, a=recording(9), b=recording(9), c=recording(6))
    on.put_first(ord("c"))
    assert [letters(on) for _ in range(3)] == ["cccc", "ccab", "abab"]
    on.put_first(ord("z"))
    assert letters(on) == "abab", "one that is not on the desk changes nothing"


def test_the_last_one_put_first_wins() -> None:
    on = desk(4, a=recording(9), b=recording(3), c=recording(3))
    on.put_first(ord("b"))
    on.put_first(ord("c"))
    assert [letters(on) for _ in range(2)] == ["cccb", "bbaa"]


def test_a_suspicious_recording_shares_no_batch() -> None:
    on = desk(4, a=recording(5))
    on.add(ord("b"), recording(5), alone=True)
    on.add(ord("c"), recording(2))
    found = []
    while batch := letters(on):
        found.append(batch)
    assert all(set(batch) == {"b"} or "b" not in batch for batch in found), found
    assert "".join(found).count("b") == 5
    assert "".join(found).count("a") == 5


def test_a_suspicious_recording_is_heard_beside_no_other() -> None:
    on = desk(4, a=recording(5))
    of_a = on.batch()
    on.add(ord("b"), recording(8), alone=True)
    on.add(ord("c"), recording(2))
    while (batch := on.batch()).tasks:
        assert ord("b") not in batch.keys, "another's windows are still out"
        on.back(batch)
    on.back(of_a)
    assert (on.batch().keys, on.batch().keys, on.at_work) == ([ord("b")], [ord("b")], [ord("b")])
    on.add(ord("d"), recording(2))
    assert on.batch().keys == [], "its own are out"


def test_a_recording_waits_until_its_language_is_known() -> None:
    unknown = recording(9)
    unknown.language = "auto"
    on = desk(2, a=unknown, b=recording(2))
    first = on.batch()
    assert first.keys == [ord("a"), ord("b")]
    assert on.batch().keys == [ord("b")]
    assert on.batch().keys == []
    unknown.language = "en"
    assert on.batch().keys == [ord("a")]
    on.back(first)
    assert on.at_work == [ord("a"), ord("b")]


def test_what_is_heard_with_care_is_not_mixed_with_the_rest() -> None:
    on = desk(8, a=recording(2, careful=3), b=recording(3))
    batches = []
    while tasks := on.batch().tasks:
        batches.append({task.careful for task in tasks})
        assert len(batches[-1]) == 1
    assert batches == [{False}, {True}]


def test_a_batch_is_filled_with_what_is_careful_everywhere() -> None:
    on = desk(8, a=recording(0, careful=2), b=recording(3), c=recording(0, careful=1))
    assert letters(on) == "aca"


def test_one_that_is_dropped_is_heard_no_more() -> None:
    on = desk(4, a=recording(9), b=recording(9))
    on.drop(ord("a"))
    on.drop(ord("a"))
    assert letters(on) == "bbbb"
    assert on.share(ord("a")) is None


def test_the_finished_leave_the_desk() -> None:
    silent, busy = recording(0), recording(1)
    on = desk(4, a=silent, b=busy)
    assert on.finished() == [(ord("a"), silent)]
    assert on.finished() == []
    on.batch()
    assert on.finished() == [], "its window was handed out, and has not come back"
    assert on.share(ord("b")) == 1.0
    busy._open = 0
    assert on.finished() == [(ord("b"), busy)]
    assert on.share(ord("b")) is None


@pytest.mark.parametrize("size", [1, 3, 16])
def test_every_window_is_handed_out_once(size: int) -> None:
    recordings = [recording(7, careful=2), recording(0, careful=1), recording(20), recording(1)]
    waiting = deque(task for one in recordings for task in one.waiting)
    on = Desk(size)
    for number, one in enumerate(recordings):
        on.add(number, one, alone=number == 2)
    handed = []
    while (batch := on.batch()).tasks:
        assert len(batch.tasks) <= size
        handed += batch.tasks
        on.back(batch)
    assert len(handed) == len(waiting)
    assert {id(task) for task in handed} == {id(task) for task in waiting}
