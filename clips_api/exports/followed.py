"""What follows training, as tables: goals and what is entered for them, check-ins, practice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, true

from clips_api import goal_setting, members
from clips_api.deps import Parts
from clips_api.exports.asked import coached
from clips_api.exports.sheet import Sheet
from clips_api.store import people as everybody
from clips_api.store.followup_tables import (
    checkins,
    goals,
    practice_questions,
    practices,
    repetitions,
    tallies,
    targets,
)
from clips_api.store.people import folded
from clips_api.store.schema import people

Row = Sequence[Any]


def _goals(parts: Parts) -> Iterator[Row]:
    """Goals of whom they coach and of teams that they look after, those that were put away too."""
    c = goals.c
    columns = (
        c.id, c.person_id, people.c.name, c.team, c.kind, c.name, c.target, c.starts_on, c.ends_on, c.by, c.made_at,
        c.put_away_at,
    )  # fmt: skip
    wanted = select(*columns).join(people, people.c.id == c.person_id, isouter=True).order_by(c.id)
    own = coached(parts)
    teams = {folded(one) for one in goal_setting.teams(parts, everybody.roster(parts.store))}
    with parts.store.read() as connection:
        rows = [tuple(row) for row in connection.execute(wanted)]
    yield from (row for row in rows if parts.viewer.sees_all or row[1] in own or folded(row[3] or "") in teams)


def _tallies(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c = tallies.c
    columns = (c.id, c.person_id, people.c.name, c.day, c.kind, c.number, c.by, c.at)
    return select(*columns).join(people, people.c.id == c.person_id).where(_of(parts, c.person_id, own)).order_by(c.id)


def _checkins(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c = checkins.c
    columns = (c.id, c.person_id, people.c.name, c.team, c.week, c.asked_at, c.expires_at, c.text, c.answered_at)
    return select(*columns).join(people, people.c.id == c.person_id).where(_of(parts, c.person_id, own)).order_by(c.id)


def _practices(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c, q = practices.c, practice_questions.c
    first = (
        c.id, c.person_id, people.c.name, c.made_on, c.made_at, c.expires_at, c.started_at, c.finished_at, c.revoked_at,
    )  # fmt: skip
    counts = (func.count(), func.count(q.answered_at), func.sum(case((q.right.is_(True), 1), else_=0)))
    joined = select(*first, *counts).join(people, people.c.id == c.person_id)
    joined = joined.join(practice_questions, q.practice_id == c.id)
    return joined.where(_of(parts, c.person_id, own)).group_by(*first).order_by(c.id)


def _repetitions(_: Parts, __: frozenset[int]) -> Select[Any]:
    c = repetitions.c
    columns = (c.id, c.person_id, people.c.name, c.quiz_id, c.question_id, c.rung, c.due_on, c.answered_at, c.ended_at)
    return select(*columns).join(people, people.c.id == c.person_id).order_by(c.id)


def _targets(parts: Parts) -> Iterator[Row]:
    """Targets of the teams that they may look at; of everybody together where they see all."""
    c = targets.c
    wanted = select(c.folded, c.kind, c.name, c.share, c.by, c.set_at).order_by(c.folded, c.kind, c.name)
    teams = {folded(one) for one in members.teams(parts)}
    with parts.store.read() as connection:
        rows = [tuple(row) for row in connection.execute(wanted)]
    yield from (row for row in rows if parts.viewer.sees_all or row[0] in teams)


def _of(parts: Parts, column: ColumnElement[Any], own: frozenset[int]) -> ColumnElement[bool]:
    return true() if parts.viewer.sees_all else column.in_(own)


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "goals",
        "Goals of reps and teams; the target of a tag or a step is in percent",
        ("id", "person_id", "name", "team", "kind", "measure", "target", "starts_on", "ends_on", "by", "made_at",
         "put_away_at"),
        rows=_goals,
    ),
    Sheet(
        "targets",
        "The shares that teams aim at, in percent; without a team: everybody together",
        ("team", "kind", "measure", "share", "by", "set_at"),
        rows=_targets,
    ),
    Sheet(
        "tallies",
        "Demos and deals, as they were entered for a day",
        ("id", "person_id", "name", "day", "kind", "number", "by", "at"),
        wanted=_tallies,
    ),
    Sheet(
        "checkins",
        "Who was asked for a line about which week, and what they wrote",
        ("id", "person_id", "name", "team", "week", "asked_at", "expires_at", "text", "answered_at"),
        frozenset({"text"}),
        _checkins,
    ),
    Sheet(
        "practices",
        "Each practice, with how many of its questions were right",
        ("id", "person_id", "name", "made_on", "made_at", "expires_at", "started_at", "finished_at", "revoked_at",
         "questions", "answered", "right"),
        wanted=_practices,
    ),
    Sheet(
        "repetitions",
        "Which question comes back to whom, and when",
        ("id", "person_id", "name", "quiz_id", "question_id", "rung", "due_on", "answered_at", "ended_at"),
        wanted=_repetitions,
        least="admin",
    ),
)  # fmt: skip
