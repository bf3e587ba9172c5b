"""Judgements: what a person says of a tag, a suggestion or a step; how often each rule was right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from sqlalchemy import Row, delete, func, select, update

from clips_api.store.database import Store
from clips_api.store.schema import judgements as table

Kind = Literal["tag", "suggestion", "step"]
ENOUGH = 10  # judgements that say something of a tag
TRUSTED = 0.8  # a tag that was right less often is marked wherever a figure rests on it
_KEY = ("by", "recording_id", "kind", "tag", "sentence")


@dataclass(frozen=True)
class Judgement:
    """Whether one finding is right, in one person's eyes. Times in seconds; `sentence` as spans.sentence makes it."""

    recording_id: str
    kind: Kind
    tag: str
    sentence: str
    rule: str
    speaker: str
    quote: str
    start_s: float | None
    end_s: float | None
    turn: int | None
    playbook: str
    right: bool
    by: str
    at: datetime
    id: int | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        found = cls(**row._mapping)  # noqa: SLF001  the library's public name for it
        return replace(found, at=found.at if found.at.tzinfo else found.at.replace(tzinfo=UTC))

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What was judged, whoever did."""
        return self.recording_id, self.kind, self.tag, self.sentence


@dataclass(frozen=True)
class Tally:
    """How often a rule (or, where `rule` is None, a whole tag) was judged, and how often it was right."""

    tag: str
    rule: str | None
    judged: int
    right: int

    @property
    def share(self) -> float:
        return self.right / self.judged if self.judged else 1.0

    @property
    def doubtful(self) -> bool:
        """Judged often enough to tell, and right too seldom to lean on."""
        return self.judged >= ENOUGH and self.share < TRUSTED


def judge(store: Store, judgement: Judgement) -> Judgement:
    """Write down a judgement; one that this person gave of the same thing before is changed."""
    values = asdict(judgement)
    del values["id"]
    statement = store.upsert(table, values | {"at": judgement.at.astimezone(UTC)}, _KEY).returning(table.c.id)
    with store.write() as connection:
        return replace(judgement, id=connection.execute(statement).scalar_one())


def remove(store: Store, number: int) -> Judgement | None:
    """Take a judgement back; what it was, None where there is none."""
    with store.write() as connection:
        row = connection.execute(delete(table).where(table.c.id == number).returning(*table.c)).one_or_none()
        return Judgement.from_row(row) if row is not None else None


def forget_words(store: Store, call: str) -> list[Judgement]:
    """Blank the sentences that were judged in a call, which is deleted; what they were. The verdicts still count."""
    with store.write() as connection:
        rows = connection.execute(select(table).where(table.c.recording_id == call)).all()
        connection.execute(update(table).where(table.c.recording_id == call).values(quote=""))
    return [Judgement.from_row(row) for row in rows]


def find(
    store: Store,
    *,
    calls: Collection[str] | None = None,
    kind: Kind | None = None,
    tag: str | None = None,
    by: str | None = None,
) -> list[Judgement]:
    """Judgements, oldest first: of some calls, a kind, a tag, a person."""
    wanted = select(table).order_by(table.c.at, table.c.id)
    if calls is not None:
        wanted = wanted.where(table.c.recording_id.in_(list(calls)))
    for column, value in ((table.c.kind, kind), (table.c.tag, tag), (table.c.by, by)):
        if value is not None:
            wanted = wanted.where(column == value)
    with store.read() as connection:
        return [Judgement.from_row(row) for row in connection.execute(wanted)]


def latest(found: Iterable[Judgement]) -> dict[tuple[str, str, str, str], Judgement]:
    """What holds of each thing that was judged: the last word on it."""
    return {one.place: one for one in sorted(found, key=lambda one: (one.at, one.id or 0))}


def tally(store: Store, *, tag: str | None = None, kind: Kind = "tag") -> list[Tally]:
    """Each rule's judgements, tags and rules in order. A rule is counted by its id, whatever its patterns were."""
    counted: dict[tuple[str, str], list[int]] = {}
    wanted = (
        select(table.c.tag, table.c.rule, table.c.right, func.count())
        .where(table.c.kind == kind)
        .group_by(table.c.tag, table.c.rule, table.c.right)
    )
    if tag is not None:
        wanted = wanted.where(table.c.tag == tag)
    with store.read() as connection:
        for name, rule, right, number in connection.execute(wanted):
            both = counted.setdefault((name, rule_id(rule)), [0, 0])
            both[0] += number
            both[1] += number if right else 0
    return [Tally(name, rule, judged, right) for (name, rule), (judged, right) in sorted(counted.items())]


def by_tag(tallies: Iterable[Tally]) -> dict[str, Tally]:
    """The same for whole tags."""
    found: dict[str, Tally] = {}
    for one in tallies:
        so_far = found.get(one.tag, Tally(one.tag, None, 0, 0))
        found[one.tag] = replace(so_far, judged=so_far.judged + one.judged, right=so_far.right + one.right)
    return found


def doubtful(store: Store) -> dict[str, Tally]:
    """The tags that figures should not lean on, by name."""
    return {tag: one for tag, one in by_tag(tally(store)).items() if one.doubtful}


def rule_id(rule: str) -> str:
    """The id of a rule as a tag names it: "<rule id>: <pattern as written>"."""
    return rule.partition(":")[0].strip()
