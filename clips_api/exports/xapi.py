"""Results of quizzes as xAPI statements (1.0.3), one a line: each try that was handed in, and each answer in it.

A statement's id comes from what it says: exported again it is the same, so a learning record store keeps it once. An
answer that a manager marks later, or marks anew, is a new statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Row, select

from clips_api import quiz_drafts
from clips_api.deps import Parts
from clips_api.exports.asked import Asked, coached
from clips_api.masking import hide
from clips_api.questions import Kind
from clips_api.store.lesson_tables import answers, assignments, attempts, quiz_versions, quizzes
from clips_api.store.quizzes import Version
from clips_api.store.schema import people

ADL = "http://adlnet.gov/expapi"
LANGUAGE = "und"  # what people wrote is in whatever language they speak
KINDS = {"one": "choice", "many": "choice", "order": "sequencing", "words": "long-fill-in"}
Statement = dict[str, Any]


@dataclass(frozen=True)
class Try:
    """One attempt that was handed in, with whose it is and what was asked."""

    row: Row[Any]
    asked: dict[str, Kind]
    base: str
    mask: bool

    def say(self, text: str) -> str:
        """Words as they leave the house."""
        return hide(text) if self.mask else text

    @property
    def actor(self) -> dict[str, Any]:
        """By their number here; by their address where personal data is asked for."""
        if self.row.email and not self.mask:
            return {"objectType": "Agent", "name": self.row.name, "mbox": f"mailto:{self.row.email}"}
        account = {"homePage": self.base, "name": f"person/{self.row.person_id}"}
        return {"objectType": "Agent", "name": self.row.name, "account": account}

    @property
    def quiz(self) -> dict[str, Any]:
        """The quiz as an activity."""
        definition = {"type": f"{ADL}/activities/assessment", "name": {LANGUAGE: self.say(self.row.title)}}
        return {
            "objectType": "Activity",
            "id": f"{self.base}/quizzes/{self.row.quiz_id}",
            "definition": definition,
        }

    @property
    def context(self) -> dict[str, Any]:
        return {
            "registration": str(uuid5(NAMESPACE_URL, f"{self.base}/assignments/{self.row.assignment_id}")),
            "platform": "Exemplar",
            "revision": f"version {self.row.version}",
            "extensions": {f"{self.base}/xapi/attempt": self.row.number},
        }


def lines(parts: Parts, given: Asked, base: str) -> Iterator[str]:
    """The statements of everybody whom this person coaches, as JSON lines; read at once, as they are at one moment."""
    made = list(_statements(parts, given, base.rstrip("/")))
    return (json.dumps(one, ensure_ascii=False) + "\n" for one in made)


def _statements(parts: Parts, given: Asked, base: str) -> Iterator[Statement]:
    own = coached(parts)
    with parts.store.read() as connection:
        said = _answers(connection)
        versions: dict[int, dict[str, Kind]] = {}
        for row in _tries(connection):
            if not parts.viewer.sees_all and row.person_id not in own:
                continue
            if row.version_id not in versions:
                versions[row.version_id] = _asked(connection, row.version_id)
            one = Try(row, versions[row.version_id], base, given.mask)
            yield _completed(one)
            yield from (_answered(one, answer) for answer in said.get(row.id, ()) if answer.question_id in one.asked)


def _completed(one: Try) -> Statement:
    row = one.row
    result: dict[str, Any] = {"completion": True, "duration": _duration(row.submitted_at - row.started_at)}
    if row.marked_at is not None and row.points is not None and row.possible:
        scaled = min(1.0, max(0.0, row.points / row.possible))
        result["score"] = {"scaled": round(scaled, 4), "raw": row.points, "min": 0, "max": row.possible}
    told = {"object": one.quiz, "result": result, "context": one.context}
    return _statement(one, "completed", row.submitted_at, told)


def _answered(one: Try, answer: Row[Any]) -> Statement:
    question = one.asked[answer.question_id]
    result: dict[str, Any] = {}
    response = "[,]".join(answer.given) if question.way != "words" else one.say("\n".join(answer.given))
    if response:
        result["response"] = response
    if answer.right is not None:
        result["success"] = answer.right
    if answer.points is not None and question.points:
        result["score"] = {
            "scaled": round(min(1.0, max(0.0, answer.points / question.points)), 4),
            "raw": answer.points,
            "min": 0,
            "max": question.points,
        }
    context = one.context | {"contextActivities": {"parent": [one.quiz]}}
    told = {"object": _activity(one, question), "result": result, "context": context}
    return _statement(one, "answered", answer.saved_at, told)


def _activity(one: Try, question: Kind) -> dict[str, Any]:
    """A question as an activity, with what can be chosen and what is right."""
    definition: dict[str, Any] = {
        "type": f"{ADL}/activities/cmi.interaction",
        "description": {LANGUAGE: one.say(question.text)},
        "interactionType": KINDS[question.way],
    }
    if question.way != "words":
        options = getattr(question, "options", ())
        definition["correctResponsesPattern"] = ["[,]".join(question.right_ids())]
        definition["choices"] = [{"id": it.id, "description": {LANGUAGE: one.say(it.text)}} for it in options]
    where = f"{one.base}/quizzes/{one.row.quiz_id}/questions/{question.id}"
    return {"objectType": "Activity", "id": where, "definition": definition}


def _statement(one: Try, verb: str, at: datetime, said_of: dict[str, Any]) -> Statement:
    """`said_of`: object, result and context; one that is empty is left out."""
    made: Statement = {
        "actor": one.actor,
        "verb": {"id": f"{ADL}/verbs/{verb}", "display": {"en": verb}},
        **{name: value for name, value in said_of.items() if value},
        "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    said = json.dumps([one.row.id, made], sort_keys=True)
    return {"id": str(uuid5(NAMESPACE_URL, f"{one.base}/xapi/{said}"))} | made


def _duration(length: timedelta) -> str:
    """ISO 8601."""
    return f"PT{max(0.0, length.total_seconds()):.2f}S"


def _tries(connection: Connection) -> list[Row[Any]]:
    c, a, v = attempts.c, assignments.c, quiz_versions.c
    columns = (
        c.id, c.assignment_id, c.number, c.started_at, c.submitted_at, c.points, c.possible, c.marked_at,
        a.person_id, people.c.name, people.c.email, v.quiz_id, v.id.label("version_id"),
        v.number.label("version"), quizzes.c.title,
    )  # fmt: skip
    wanted = (
        select(*columns)
        .join(assignments, a.id == c.assignment_id)
        .join(people, people.c.id == a.person_id)
        .join(quiz_versions, v.id == c.quiz_version_id)
        .join(quizzes, quizzes.c.id == v.quiz_id)
        .where(c.submitted_at.is_not(None))
        .order_by(c.submitted_at, c.id)
    )
    return list(connection.execute(wanted))


def _answers(connection: Connection) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(select(answers).order_by(answers.c.id)):
        found.setdefault(row.attempt_id, []).append(row)
    return found


def _asked(connection: Connection, version: int) -> dict[str, Kind]:
    row = connection.execute(select(quiz_versions).where(quiz_versions.c.id == version)).one()
    return {one.id: one for one in quiz_drafts.asked(Version.from_row(row))}
