"""Saved searches, people, and what waits to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("team", sa.String(200)),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("slack", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("channel", sa.String(20)),
        sa.Column("address", sa.String(320)),
        sa.Column("person_id", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], ondelete="SET NULL", name=op.f("fk_saved_searches_person_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_matches",
        sa.Column("search_id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.String(40), nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("search_id", "clip_id", name=op.f("pk_search_matches")),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], ondelete="CASCADE", name=op.f("fk_search_matches_search_id")
        ),
    )
    op.create_index(op.f("ix_search_matches_search_id_recording_id"), "search_matches", ["search_id", "recording_id"])
    op.create_table(
        "known_calls",
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_known_calls")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("about", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("links", sa.Boolean, nullable=False),
        sa.Column("dedupe", sa.String(200), nullable=False),
        sa.Column("message_id", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_by", sa.String(120)),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("given_up_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_outbox_dedupe")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"])
    op.create_index(op.f("ix_outbox_about"), "outbox", ["about"])
