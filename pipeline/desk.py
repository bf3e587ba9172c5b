"""Which windows are heard together: batches filled across lanes and recordings, so that none goes out half empty.

Recordings take turns: each gives a window, then each another, until the batch is full. So a short recording is done
soon although a long one came first, and the long one still goes on. What a manager put first goes before all others.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from pipeline.hearing import Hearing, Task

AHEAD = 3  # batches' worth of windows among which those of like length are looked for


class Batch(NamedTuple):
    """Windows to be heard together, and the recordings they come from, by their keys."""

    keys: list[int]
    tasks: list[Task]


class Desk:
    """The recordings being heard, by their keys, in the order they came. Used by one thread at a time."""

    def __init__(self, batch: int) -> None:
        self._batch = batch
        self._order: dict[int, Hearing] = {}
        self._alone: set[int] = set()
        self._first: set[int] = set()
        self._out: Counter[int] = Counter()  # batches that were handed out and have not come back

    @property
    def at_work(self) -> list[int]:
        """The recordings of which something is being heard right now."""
        return sorted(self._out)

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
        self._first.discard(key)
        self._alone &= {*self._order, *self._out}

    def batch(self) -> Batch:
        """The next windows to hear, all careful or none; empty where nothing can be done now. To be handed back.

        A batch takes as long as its longest window. So the first in line is joined by those most like it in length.
        """
        line = self._line()
        if not line:
            return Batch([], [])
        first = line[0][1]
        alike = [(key, task) for key, task in line if task.careful == first.careful]
        rank = {key: place for place, key in enumerate(self._order) if key in self._first}
        last = len(self._order)
        alike.sort(key=lambda place: (rank.get(place[0], last), abs(place[1].window.length - first.window.length)))
        chosen = alike[: self._batch]
        for key, task in chosen:
            self._order[key].waiting.remove(task)
        keys = list(dict.fromkeys(key for key, _ in chosen))
        self._out.update(keys)
        return Batch(keys, [task for _, task in chosen])

    def back(self, batch: Batch) -> None:
        """A batch was heard, or failed."""
        self._out -= Counter(batch.keys)
        self._alone &= {*self._order, *self._out}

    def _line(self) -> list[tuple[int, Task]]:
        """The next windows of all recordings in turn, a few batches of them."""
        able = self._able()
        heads = {key: [(key, task) for task in islice(self._order[key].waiting, AHEAD * self._batch)] for key in able}
        first = chain.from_iterable(head for key, head in heads.items() if key in self._first)
        turns = chain.from_iterable(zip_longest(*(head for key, head in heads.items() if key not in self._first)))
        return list(islice((place for place in chain(first, turns) if place is not None), AHEAD * self._batch))

    def _able(self) -> list[int]:
        """The recordings of which something can be heard now.

        Not one whose language is being found out, and nothing beside one that is heard alone.
        """
        able = [
            key
            for key, hearing in self._order.items()
            if hearing.waiting and not (hearing.language == "auto" and key in self._out)
        ]
        alone = next((key for key in (*self._out, *able[:1]) if key in self._alone), None)
        if alone is None:
            return [key for key in able if key not in self._alone]
        return [alone] if alone in able and set(self._out) <= {alone} else []

    def finished(self) -> list[tuple[int, Hearing]]:
        """The recordings that nothing is left to do for; they are taken off the desk."""
        done = [(key, hearing) for key, hearing in self._order.items() if hearing.done]
        for key, _ in done:
            self.drop(key)
        return done
