"""Which windows are heard together: batches filled across lanes and recordings, so that none goes out half empty.

Recordings take turns: each gives a window, then each another, until the batch is full. So a short recording is done
soon although a long one came first, and the long one still goes on. What a manager put first goes before all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice, zip_longest

from pipeline.hearing import Hearing, Task
from pipeline.transcribe import Recogniser

AHEAD = 3  # batches' worth of windows among which those of like length are looked for


class Desk:
    """The recordings being heard, by their keys, in the order they came."""

    def __init__(self, batch: int) -> None:
        self._batch = batch
        self._order: dict[int, Hearing] = {}
        self._alone: set[int] = set()
        self._first: set[int] = set()

    def __len__(self) -> int:
        return len(self._order)

    def share(self, key: int) -> float | None:
        """How much of a recording was heard, 0 to 1; None where it is not on the desk."""
        hearing = self._order.get(key)
        return hearing.share if hearing else None

    def add(self, key: int, hearing: Hearing, *, alone: bool = False) -> None:
        """`alone`: it shares no batch with others, because it may be what broke an earlier one."""
        self._order[key] = hearing
        if alone:
            self._alone.add(key)

    def put_first(self, key: int) -> None:
        """Hear all of this recording before any other."""
        if key in self._order:
            self._first.add(key)
            self._order = {key: self._order.pop(key), **self._order}

    def drop(self, key: int) -> None:
        self._order.pop(key, None)
        self._alone.discard(key)
        self._first.discard(key)

    def batch(self) -> tuple[list[int], list[Task]]:
        """The next windows to hear and the recordings they come from; all careful or none, so that one call does.

        A batch takes as long as its longest window. So the first in line is joined by those most like it in length.
        """
        line = self._line()
        if not line:
            return [], []
        first = line[0][1]
        alike = [(key, task) for key, task in line if task.careful == first.careful]
        rank = {key: place for place, key in enumerate(self._order) if key in self._first}
        last = len(self._order)
        alike.sort(key=lambda place: (rank.get(place[0], last), abs(place[1].window.length - first.window.length)))
        chosen = alike[: self._batch]
        for key, task in chosen:
            self._order[key].waiting.remove(task)
        return list(dict.fromkeys(key for key, _ in chosen)), [task for _, task in chosen]

    def _line(self) -> list[tuple[int, Task]]:
        """The next windows of all recordings in turn, a few batches of them."""
        able = [key for key, hearing in self._order.items() if hearing.waiting]
        if not able:
            return []
        able = able[:1] if able[0] in self._alone else [key for key in able if key not in self._alone]
        heads = {key: [(key, task) for task in islice(self._order[key].waiting, AHEAD * self._batch)] for key in able}
        first = chain.from_iterable(head for key, head in heads.items() if key in self._first)
        turns = chain.from_iterable(zip_longest(*(head for key, head in heads.items() if key not in self._first)))
        return list(islice((place for place in chain(first, turns) if place is not None), AHEAD * self._batch))

    def finished(self) -> list[tuple[int, Hearing]]:
        """The recordings that nothing is left to do for; they are taken off the desk."""
        done = [(key, hearing) for key, hearing in self._order.items() if hearing.done]
        for key, _ in done:
            self.drop(key)
        return done


def hear(recogniser: Recogniser, tasks: Sequence[Task]) -> None:
    """Hear one batch; what was made of each window goes back to its recording."""
    encoded = recogniser.encode([task.window.sound(task.hearing.samples[task.lane]) for task in tasks])
    unsettled = [task.hearing for task in tasks if task.hearing.language == "auto"]
    if unsettled:
        likely = recogniser.languages(encoded)
        for hearing in dict.fromkeys(unsettled):
            hearing.tell_language([one for one, task in zip(likely, tasks, strict=True) if task.hearing is hearing])
    takes = recogniser.decode(
        encoded,
        [task.hearing.language for task in tasks],
        hotwords=tasks[0].hearing.hotwords,
        careful=tasks[0].careful,
    )
    for task, take in zip(tasks, takes, strict=True):
        task.hearing.take(task, take)
