"""The tables of training: micro-modules and quizzes in versions, who is given which, links, attempts, answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from clips_api.store.schema import Moment, metadata


def _titled(name: str) -> Table:
    """What a manager writes in versions: a title, who began it, whether it is put away."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("title", String(200), nullable=False),
        Column("by", String(300), nullable=False),
        Column("made_at", Moment, nullable=False),
        Column("archived_at", Moment),
        sqlite_autoincrement=True,
    )


def _versions(name: str, of: Table, key: str, *held: Column[Any]) -> Table:
    """Its versions, numbered, and what each holds."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column(key, ForeignKey(of.c.id, ondelete="CASCADE"), nullable=False),
        Column("number", Integer, nullable=False),
        *held,
        Column("revision", Integer, nullable=False),  # counts changes of the draft: who edits an old one is told
        Column("by", String(300), nullable=False),
        Column("changed_at", Moment, nullable=False),
        Column("published_at", Moment),  # null: the draft; published ones never change
        UniqueConstraint(key, "number"),
    )


quizzes = _titled("quizzes")
quiz_versions = _versions(
    "quiz_versions",
    quizzes,
    "quiz_id",
    Column("questions", JSON, nullable=False),  # clips_api/questions.py says what stands in it
    Column("attempts", Integer, nullable=False),  # how often it may be tried
)

modules = _titled("modules")
module_versions = _versions(
    "module_versions",
    modules,
    "module_id",
    Column("items", JSON, nullable=False),  # texts and clips in order; clips_api/lessons.py says what stands in it
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="SET NULL")),
    Column("seconds", Integer, nullable=False),  # how long it takes, at most 300
)

assignments = Table(  # one person is given a module, a quiz, or a module with its quiz
    "assignments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("module_id", ForeignKey("modules.id", ondelete="CASCADE")),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE")),
    Column("module_version_id", ForeignKey("module_versions.id")),  # from the start on: theirs stays
    Column("quiz_version_id", ForeignKey("quiz_versions.id")),
    Column("by", String(300), nullable=False),
    Column("by_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("message", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_on", Date),
    Column("started_at", Moment),  # Start was pressed
    Column("learned_at", Moment),  # the module's end was reached
    Column("finished_at", Moment),  # nothing is left to do
    Column("revoked_at", Moment),
    Column("note_id", ForeignKey("notes.id", ondelete="SET NULL")),  # the coaching note that it came with
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

links = Table(  # one rep's way in to one assignment; a newer version ends the older ones
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),  # the token is made anew when it is sent
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("copied_at", Moment),  # a manager copied it, to send it by hand
    UniqueConstraint("assignment_id", "version"),
)

lesson_places = Table(  # how far somebody has got in their module, so that they go on where they left
    "lesson_places",
    metadata,
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False),  # of the last item that they went past, 1 the first
    Column("at", Moment, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_version_id", ForeignKey("quiz_versions.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1 is the first
    Column("started_at", Moment, nullable=False),
    Column("submitted_at", Moment),
    Column("points", Float),  # null until submitted; what a manager marks counts once it is marked
    Column("possible", Float),
    Column("marked_at", Moment),  # nothing waits for a manager any more
    UniqueConstraint("assignment_id", "number"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt_id", ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("question_id", String(40), nullable=False),
    Column("given", JSON, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("right", Boolean),  # null: not graded
    Column("points", Float),
    Column("comment", Text, nullable=False),  # of the manager who marked it
    Column("marked_by", String(300)),
    Column("marked_at", Moment),
    UniqueConstraint("attempt_id", "question_id"),
)
