"""Contests: a rep says that a tag, a step or a score of their call is wrong, and a manager decides. All of it stays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, insert, select, update

from clips_api import reaching
from clips_api.reaching import News
from clips_api.store.coaching_tables import contests as table
from clips_api.store.database import Store
from clips_api.store.people import Person
from pipeline.errors import BadInput, NotFound

What = Literal["tag", "step", "score"]


@dataclass(frozen=True)
class Contest:
    """What is contested, why, and what was decided: `upheld` is None until then, True where the rep was right."""

    recording_id: str
    what: What
    tag: str
    sentence: str
    quote: str
    start_s: float | None
    found: str
    reason: str
    person_id: int | None
    by: str
    at: datetime
    upheld: bool | None = None
    answer: str = ""
    decided_by: str | None = None
    decided_at: datetime | None = None
    id: int = 0

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        return cls(**row._mapping)  # noqa: SLF001  the library's public name for it

    @property
    def about(self) -> str:
        """How the outbox and the trail name it."""
        return f"contest/{self.id}"

    @property
    def place(self) -> tuple[str, str, str]:
        """What is contested within the call."""
        return self.what, self.tag, self.sentence


def add(store: Store, contest: Contest, managers: Collection[Person] = ()) -> Contest:
    """Keep a contest, and have somebody told. Raises BadInput where the same waits for an answer already."""
    values = {name: value for name, value in vars(contest).items() if name != "id"}
    same = [getattr(table.c, name) == values[name] for name in ("recording_id", "what", "tag", "sentence")]
    with store.write() as connection:
        open_one = select(table.c.id).where(*same, table.c.upheld.is_(None)).limit(1)
        if connection.execute(open_one).one_or_none():
            raise BadInput("you have contested this already; it waits for an answer")
        added = Contest.from_row(connection.execute(insert(table).values(values).returning(*table.c)).one())
        for one in managers:
            news = News("contest", added.about, f"{added.about}/{one.id}", {"contest": added.id})
            reaching.tell(store, connection, one, news, added.at)
        return added


def find(
    store: Store, *, calls: Collection[str] | None = None, person: int | None = None, waiting: bool = False
) -> list[Contest]:
    """Contests, the oldest first: of some calls, by a person; `waiting`: what nobody has decided."""
    wanted = select(table).order_by(table.c.id)
    if calls is not None:
        wanted = wanted.where(table.c.recording_id.in_(list(calls)))
    if person is not None:
        wanted = wanted.where(table.c.person_id == person)
    if waiting:
        wanted = wanted.where(table.c.upheld.is_(None))
    with store.read() as connection:
        return [Contest.from_row(row) for row in connection.execute(wanted)]


def one(store: Store, number: int) -> Contest:
    """One contest. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"contest {number}")
    return Contest.from_row(row)


def decide(
    store: Store, number: int, *, upheld: bool, answer: str, by: str, at: datetime, person: Person | None
) -> Contest:
    """Write down the decision, once, and have the rep told. Raises BadInput where somebody decided before."""
    values = {"upheld": upheld, "answer": answer, "decided_by": by, "decided_at": at}
    waiting = (table.c.id == number, table.c.upheld.is_(None))
    with store.write() as connection:
        row = connection.execute(update(table).where(*waiting).values(**values).returning(*table.c)).one_or_none()
        if row is None:
            raise BadInput("somebody has decided this meanwhile")
        decided = Contest.from_row(row)
        if person is not None:
            news = News("decided", decided.about, f"{decided.about}/decided", {"contest": number})
            reaching.tell(store, connection, person, news, at)
        return decided


def forget_words(store: Store, call: str) -> None:
    """Blank what was said in a call, which is deleted. Reasons and decisions stay."""
    with store.write() as connection:
        connection.execute(update(table).where(table.c.recording_id == call).values(quote="", found=""))
