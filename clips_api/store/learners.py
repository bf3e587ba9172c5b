"""Who was given a module, and how far they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, Select, select

from clips_api.store.database import Store
from clips_api.store.lesson_tables import assignments, lesson_places, module_versions
from clips_api.store.schema import people

State = Literal["assigned", "started", "read", "finished"]


@dataclass(frozen=True)
class Learner:
    """One person with one module. `number`: of the version they have, from the start on."""

    assignment: int
    module_id: int
    person_id: int
    name: str
    team: str | None
    left_at: datetime | None
    by: str
    made_at: datetime
    due_on: date | None
    started_at: datetime | None
    learned_at: datetime | None
    finished_at: datetime | None
    module_version_id: int | None
    number: int | None
    place: int | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def state(self) -> State:
        if self.finished_at is not None:
            return "finished"
        if self.learned_at is not None:
            return "read"
        return "assigned" if self.started_at is None else "started"


def find(store: Store, modules: Iterable[int]) -> list[Learner]:
    """Whoever was given one of these modules and has it still, the latest first."""
    given = assignments.c
    wanted: Select[Any] = (
        select(
            given.id.label("assignment"),
            *(given[name] for name in ("module_id", "person_id", "by", "made_at", "due_on")),
            *(given[name] for name in ("started_at", "learned_at", "finished_at", "module_version_id")),
            *(people.c[name] for name in ("name", "team", "left_at")),
            module_versions.c.number,
            lesson_places.c.place,
        )
        .select_from(assignments)
        .join(people, people.c.id == given.person_id)
        .outerjoin(module_versions, module_versions.c.id == given.module_version_id)
        .outerjoin(lesson_places, lesson_places.c.assignment_id == given.id)
        .where(given.module_id.in_(list(modules)), given.revoked_at.is_(None))
        .order_by(given.made_at.desc(), given.id.desc())
    )
    with store.read() as connection:
        return [Learner.from_row(row) for row in connection.execute(wanted)]
