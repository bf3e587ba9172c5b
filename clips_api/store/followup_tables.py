"""The tables of what follows training: what comes back to be asked again."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from clips_api.store.schema import Moment, metadata

repetitions = Table(  # a question that comes back to somebody, and when
    "repetitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_version_id", ForeignKey("quiz_versions.id", ondelete="CASCADE"), nullable=False),
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), nullable=False),
    Column("question_id", String(40), nullable=False),
    Column("rung", Integer, nullable=False),  # how far apart it comes: clips_api/repeating.py has the days
    Column("due_on", Date, nullable=False),  # on their own calendar
    Column("answered_at", Moment, nullable=False),
    Column("ended_at", Moment),  # it comes back no more
    UniqueConstraint("person_id", "quiz_id", "question_id"),
    Index(None, "due_on"),
    sqlite_autoincrement=True,
)

practices = Table(  # one or two of them, sent to somebody by a link
    "practices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("made_on", Date, nullable=False),  # on their own calendar: one a day
    Column("made_at", Moment, nullable=False),
    Column("seed", String(32), nullable=False),  # the token is made from it and the key, anew whenever it is sent
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),  # every question was answered
    Column("revoked_at", Moment),
    UniqueConstraint("person_id", "made_on"),
    sqlite_autoincrement=True,
)

practice_questions = Table(
    "practice_questions",
    metadata,
    Column("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("repetition_id", ForeignKey("repetitions.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False),  # 1 is the first
    Column("given", JSON),  # null until it is answered
    Column("right", Boolean),
    Column("answered_at", Moment),
)
