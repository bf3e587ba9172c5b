"""What people wrote, as tables: each a name, its columns, and a query for its rows.

Of people, notes and results a manager is given those whom they coach; the trail is for admins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true

from clips_api import coaching, quiz_drafts
from clips_api.deps import Parts
from clips_api.exports import followed, kept
from clips_api.exports.asked import coached
from clips_api.exports.sheet import Rows, Sheet
from clips_api.store import quizzes as quiz_store
from clips_api.store.access_tables import audit
from clips_api.store.coaching_tables import contests, notes, remarks
from clips_api.store.lesson_tables import (
    answers,
    assignments,
    attempts,
    module_versions,
    modules,
    quiz_versions,
    quizzes,
)
from clips_api.store.schema import people
from pipeline.errors import NotFound


def sheets(parts: Parts) -> list[Sheet]:
    """The tables that somebody is given."""
    return [one for one in SHEETS if parts.viewer.may(one.least)]


def read(parts: Parts, wanted: Sequence[Sheet]) -> Iterable[tuple[Sheet, Rows]]:
    """Each table with its rows; what one query gives, all as it is at one moment."""
    own = coached(parts)
    made = {one.name: list(one.rows(parts)) for one in wanted if one.rows is not None}
    with parts.store.read() as connection:
        if connection.dialect.name == "postgresql":  # SQLite reads as of one moment by itself
            connection.execution_options(isolation_level="REPEATABLE READ")
        for one in wanted:
            if one.wanted is None:
                yield one, made[one.name]
                continue
            found = connection.execution_options(yield_per=500).execute(one.wanted(parts, own))
            yield one, (tuple(row) for row in found)


def _of(parts: Parts, column: ColumnElement[Any], own: frozenset[int]) -> ColumnElement[bool]:
    """Whether a row is of somebody whom they coach; whoever sees all is given all."""
    return true() if parts.viewer.sees_all else column.in_(own)


def _people(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c = people.c
    columns = (c.id, c.name, c.email, c.team, c.role, c.aliases, c.country, c.zone, c.left_at)
    return select(*columns).where(_of(parts, c.id, own)).order_by(c.id)


def _notes(parts: Parts, _: frozenset[int]) -> Select[Any]:
    c = notes.c
    columns = (
        c.id, c.kind, c.recording_id, c.clip_id, c.start_s, c.end_s, c.tag, c.rep, c.customer, c.person_id,
        c.author_id, c.by, c.said, c.strength, c.improvement, c.action, c.due_on, c.done_at, c.exemplar_id,
        c.exemplar, c.made_at, c.changed_at, c.sent_at, c.acknowledged_at,
    )  # fmt: skip
    return select(*columns).where(coaching.scope(parts).holds()).order_by(c.id)


def _remarks(parts: Parts, _: frozenset[int]) -> Select[Any]:
    c = remarks.c
    columns = (c.id, c.note_id, c.at_s, c.text, c.person_id, c.by, c.at)
    seen = coaching.scope(parts).holds()
    return select(*columns).join(notes, notes.c.id == c.note_id).where(seen).order_by(c.id)


def _contests(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c = contests.c
    columns = (
        c.id, c.recording_id, c.what, c.tag, c.quote, c.start_s, c.found, c.reason, c.person_id, c.by, c.at,
        c.upheld, c.answer, c.decided_by, c.decided_at,
    )  # fmt: skip
    return select(*columns).where(_of(parts, c.person_id, own)).order_by(c.id)


def _lessons(_: Parts, __: frozenset[int]) -> Select[Any]:
    m, v = modules.c, module_versions.c
    columns = (m.id, m.title, v.number, v.quiz_id, v.seconds, m.by, m.made_at, v.published_at, m.archived_at)
    return select(*columns).join(module_versions, v.module_id == m.id).order_by(m.id, v.number)


def _quizzes(_: Parts, __: frozenset[int]) -> Select[Any]:
    q, v = quizzes.c, quiz_versions.c
    columns = (q.id, q.title, v.number, v.attempts, q.by, q.made_at, v.published_at, q.archived_at)
    return select(*columns).join(quiz_versions, v.quiz_id == q.id).order_by(q.id, v.number)


def _questions(parts: Parts) -> Rows:
    """A row a question of each version that was published; quizzes with clips that they may not see are left out."""
    for number in [one.id for away in (False, True) for one in quiz_store.find(parts.store, archived=away)]:
        try:
            quiz_drafts.opened(parts, number)
        except NotFound:
            continue
        for version in quiz_store.history(parts.store, [number])[number]:
            if version.published_at is None:
                continue
            for place, one in enumerate(quiz_drafts.asked(version), 1):
                options = [option.text for option in getattr(one, "options", ())]
                right = [option.text for option in getattr(one, "options", ()) if option.id in one.right_ids()]
                clip = one.clip.clip_id if one.clip else None
                yield (number, version.number, place, one.id, one.kind, one.text, options, right,
                       one.explanation, one.points, clip)  # fmt: skip


def _assignments(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c = assignments.c
    columns = (
        c.id, c.person_id, people.c.name, c.module_id, c.quiz_id, c.by, c.message, c.note_id, c.made_at, c.due_on,
        c.started_at, c.learned_at, c.finished_at, c.revoked_at,
    )  # fmt: skip
    joined = select(*columns).join(people, people.c.id == c.person_id)
    return joined.where(_of(parts, c.person_id, own)).order_by(c.id)


def _attempts(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c, a = attempts.c, assignments.c
    columns = (
        c.id, c.assignment_id, a.person_id, people.c.name, a.quiz_id, quiz_versions.c.number, c.number, c.started_at,
        c.submitted_at, c.points, c.possible, c.marked_at,
    )  # fmt: skip
    joined = (
        select(*columns)
        .join(assignments, a.id == c.assignment_id)
        .join(people, people.c.id == a.person_id)
        .join(quiz_versions, quiz_versions.c.id == c.quiz_version_id)
    )
    return joined.where(_of(parts, a.person_id, own)).order_by(c.id)


def _answers(parts: Parts, own: frozenset[int]) -> Select[Any]:
    c, a = answers.c, assignments.c
    columns = (
        c.id, c.attempt_id, a.person_id, a.quiz_id, c.question_id, c.given, c.right, c.points, c.comment, c.saved_at,
        c.marked_by, c.marked_at,
    )  # fmt: skip
    joined = select(*columns).join(attempts, attempts.c.id == c.attempt_id)
    joined = joined.join(assignments, a.id == attempts.c.assignment_id)
    return joined.where(_of(parts, a.person_id, own)).order_by(c.id)


def _audit(_: Parts, __: frozenset[int]) -> Select[Any]:
    c = audit.c
    return select(c.id, c.at, c.by, c.person_id, c.what, c.about, c.detail).order_by(c.id)


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "people",
        "Everybody, those who left too",
        ("id", "name", "email", "team", "role", "aliases", "country", "zone", "left_at"),
        frozenset({"email"}),
        _people,
    ),
    Sheet(
        "notes",
        "Coaching notes and reviews, with the words they are about",
        ("id", "kind", "recording_id", "clip_id", "start_s", "end_s", "tag", "rep", "customer", "person_id",
         "author_id", "by", "said", "strength", "improvement", "action", "due_on", "done_at", "exemplar_id",
         "exemplar", "made_at", "changed_at", "sent_at", "acknowledged_at"),
        frozenset({"customer", "said", "strength", "improvement", "action", "exemplar"}),
        _notes,
    ),
    Sheet(
        "remarks",
        "What was said under notes",
        ("id", "note_id", "at_s", "text", "person_id", "by", "at"),
        frozenset({"text"}),
        _remarks,
    ),
    Sheet(
        "contests",
        "What reps say is wrong, and what was decided",
        ("id", "recording_id", "what", "tag", "quote", "start_s", "found", "reason", "person_id", "by", "at",
         "upheld", "answer", "decided_by", "decided_at"),
        frozenset({"quote", "found", "reason", "answer"}),
        _contests,
    ),
    Sheet(
        "lessons",
        "A row a version of a lesson",
        ("lesson_id", "title", "version", "quiz_id", "seconds", "by", "made_at", "published_at", "archived_at"),
        frozenset({"title"}),
        _lessons,
    ),
    Sheet(
        "quizzes",
        "A row a version of a quiz",
        ("quiz_id", "title", "version", "attempts", "by", "made_at", "published_at", "archived_at"),
        frozenset({"title"}),
        _quizzes,
    ),
    Sheet(
        "questions",
        "What each version of a quiz asks",
        ("quiz_id", "version", "place", "question_id", "kind", "text", "options", "right", "explanation", "points",
         "clip_id"),
        frozenset({"text", "options", "right", "explanation"}),
        rows=_questions,
    ),
    Sheet(
        "assignments",
        "Who was given which lesson or quiz, and how far they are",
        ("id", "person_id", "name", "lesson_id", "quiz_id", "by", "message", "note_id", "made_at", "due_on",
         "started_at", "learned_at", "finished_at", "revoked_at"),
        frozenset({"message"}),
        _assignments,
    ),
    Sheet(
        "attempts",
        "Each try at a quiz, with its points",
        ("id", "assignment_id", "person_id", "name", "quiz_id", "quiz_version", "number", "started_at",
         "submitted_at", "points", "possible", "marked_at"),
        frozenset(),
        _attempts,
    ),
    Sheet(
        "answers",
        "Each answer of each try",
        ("id", "attempt_id", "person_id", "quiz_id", "question_id", "given", "right", "points", "comment",
         "saved_at", "marked_by", "marked_at"),
        frozenset({"given", "comment"}),
        _answers,
    ),
    *kept.SHEETS,
    *followed.SHEETS,
    Sheet(
        "audit",
        "Who saw, heard, shared, changed and deleted what",
        ("id", "at", "by", "person_id", "what", "about", "detail"),
        frozenset({"detail"}),
        _audit,
        least="admin",
    ),
)  # fmt: skip
