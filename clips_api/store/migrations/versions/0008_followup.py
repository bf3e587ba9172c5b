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
