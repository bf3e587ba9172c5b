"""Collections, the clips kept in them, and how often both were used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("review_on", sa.Date),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "kept_clips",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("collection_id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.String(40), nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("start_s", sa.Float),
        sa.Column("end_s", sa.Float),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("speaker", sa.String(12), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("reply", sa.Text),
        sa.Column("reply_speaker", sa.String(12)),
        sa.Column("tag", sa.String(200)),
        sa.Column("rep", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("started_at", sa.String(40)),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_clips")),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], ondelete="CASCADE", name=op.f("fk_kept_clips_collection_id")
        ),
        sa.UniqueConstraint("collection_id", "clip_id", name=op.f("uq_kept_clips_collection_id_clip_id")),
    )
    op.create_index(op.f("ix_kept_clips_clip_id"), "kept_clips", ["clip_id"])
    op.create_index(op.f("ix_kept_clips_recording_id"), "kept_clips", ["recording_id"])
    op.create_table(
        "uses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("collection_id", sa.Integer),
        sa.Column("clip_id", sa.String(40)),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("what IN ('shared', 'packed', 'attached', 'played')", name=op.f("ck_uses_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uses")),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], ondelete="CASCADE", name=op.f("fk_uses_collection_id")
        ),
    )
    op.create_index(op.f("ix_uses_clip_id"), "uses", ["clip_id"])
    op.create_index(op.f("ix_uses_collection_id"), "uses", ["collection_id"])
