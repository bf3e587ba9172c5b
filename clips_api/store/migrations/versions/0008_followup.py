"""Repetitions, goals, check-ins, wins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkin_teams",
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("asks", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("folded", name=op.f("pk_checkin_teams")),
    )
    op.create_table(
        "targets",
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("share", sa.Integer, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("folded", "kind", "name", name=op.f("pk_targets")),
    )
    op.create_table(
        "team_choices",
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("names_reps", sa.Boolean, nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("folded", name=op.f("pk_team_choices")),
    )
    op.create_table(
        "checkins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("team", sa.String(200), nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(280)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_checkins_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkins")),
        sa.UniqueConstraint("person_id", "week", name=op.f("uq_checkins_person_id_week")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_checkins_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_checkins_week"), "checkins", ["week"])
    op.create_table(
        "digest_choices",
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digest_choices_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digest_choices")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digests_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("person_id", "week", name=op.f("uq_digests_person_id_week")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "goals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("team", sa.String(200)),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_away_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_goals_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_practices_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
        sa.UniqueConstraint("person_id", "made_on", name=op.f("uq_practices_person_id_made_on")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_practices_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tallies_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sa.UniqueConstraint("person_id", "day", "kind", name=op.f("uq_tallies_person_id_day_kind")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "wins",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.String(40), nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("rep", sa.Text),
        sa.Column("tag", sa.String(200)),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by_id", sa.Integer),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_wins_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_wins_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wins")),
        sa.UniqueConstraint("clip_id", name=op.f("uq_wins_clip_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_wins_at"), "wins", ["at"])
    op.create_index(op.f("ix_wins_recording_id"), "wins", ["recording_id"])
    op.create_table(
        "repetitions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("quiz_id", sa.Integer, nullable=False),
        sa.Column("quiz_version_id", sa.Integer, nullable=False),
        sa.Column("assignment_id", sa.Integer, nullable=False),
        sa.Column("question_id", sa.String(40), nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_repetitions_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_repetitions_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_repetitions_quiz_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["quiz_version_id"], ["quiz_versions.id"], name=op.f("fk_repetitions_quiz_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repetitions")),
        sa.UniqueConstraint(
            "person_id", "quiz_id", "question_id", name=op.f("uq_repetitions_person_id_quiz_id_question_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_repetitions_due_on"), "repetitions", ["due_on"])
    op.create_table(
        "practice_questions",
        sa.Column("practice_id", sa.Integer, nullable=False),
        sa.Column("repetition_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("given", sa.JSON),
        sa.Column("right", sa.Boolean),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_practice_questions_practice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repetition_id"], ["repetitions.id"], name=op.f("fk_practice_questions_repetition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("practice_id", "repetition_id", name=op.f("pk_practice_questions")),
    )
