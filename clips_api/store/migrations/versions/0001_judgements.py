"""Judgements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("tag", sa.String(200), nullable=False),
        sa.Column("sentence", sa.String(40), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("speaker", sa.String(12), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("start_s", sa.Float),
        sa.Column("end_s", sa.Float),
        sa.Column("turn", sa.Integer),
        sa.Column("playbook", sa.String(64), nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('tag', 'suggestion', 'step')", name=op.f("ck_judgements_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
        sa.UniqueConstraint(
            "by",
            "recording_id",
            "kind",
            "tag",
            "sentence",
            name=op.f("uq_judgements_by_recording_id_kind_tag_sentence"),
        ),
    )
    op.create_index(op.f("ix_judgements_recording_id"), "judgements", ["recording_id"])
    op.create_index(op.f("ix_judgements_tag"), "judgements", ["tag"])
