"""One table that is exported: its name, its columns, and where its rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from clips_api.deps import Parts
from clips_api.store.people import Role

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Sheet:
    """One table. `words`: the columns in which somebody says something, or is reached: personal data is hidden there.

    `wanted` asks the records for its rows, `rows` makes them where one query doesn't do.
    """

    name: str
    about: str
    columns: tuple[str, ...]
    words: frozenset[str] = frozenset()
    wanted: Callable[[Parts, frozenset[int]], Select[Any]] | None = None
    rows: Callable[[Parts], Rows] | None = None
    least: Role = "manager"

    @property
    def masked(self) -> tuple[bool, ...]:
        """Of each column, whether personal data is hidden in it."""
        return tuple(column in self.words for column in self.columns)
