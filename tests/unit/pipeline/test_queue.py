"""The order in which calls are worked on."""

from __future__ import annotations

import threading
import time

from pipeline.flows.queue import WorkQueue


def test_the_order_is_shown_and_can_be_changed() -> None:
    queue = WorkQueue()
    for name in "abc":
        queue.add(name)
    assert queue.order() == ("a", "b", "c")
    queue.put_first("c")
    assert queue.order() == ("c", "a", "b")
    queue.add("b")
    assert queue.order() == ("c", "a", "b"), "asking again does not move it"
    assert [queue.take() for _ in range(3)] == ["c", "a", "b"]
    assert queue.order() == ()


def test_the_last_one_put_first_wins() -> None:
    queue = WorkQueue()
    for name in "abc":
        queue.add(name)
    queue.put_first("b")
    queue.put_first("c")
    assert queue.order() == ("c", "b", "a")


def test_putting_first_ends_the_wait_of_one_that_failed() -> None:
    now = [0.0]
    queue = WorkQueue(clock=lambda: now[0])
    queue.add("a")
    assert queue.take() == "a"
    queue.failed("a")
    queue.add("b")
    queue.put_first("a")
    assert queue.take() == "a"


def test_one_that_was_unknown_is_added() -> None:
    queue = WorkQueue()
    queue.put_first("a")
    assert queue.take() == "a"


def test_what_is_taken_off_is_not_handed_out() -> None:
    queue = WorkQueue()
    for name in "ab":
        queue.add(name)
    assert queue.remove("a")
    assert queue.order() == ("b",)
    assert queue.take() == "b"
    assert not queue.remove("b"), "somebody works on it"
    queue.done("b")
    assert queue.remove("b"), "taking off what is not there changes nothing"


def test_one_that_is_worked_on_is_not_handed_out_twice() -> None:
    queue = WorkQueue()
    queue.add("a")
    assert queue.take() == "a"
    queue.put_first("a")
    taken: list[str | None] = []
    other = threading.Thread(target=lambda: taken.append(queue.take()))
    other.start()
    time.sleep(0.1)
    assert taken == []
    queue.done("a")
    other.join(5)
    assert taken == ["a"]
