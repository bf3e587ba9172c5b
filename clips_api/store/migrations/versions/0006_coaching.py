"""Coaching notes, what is contested, pairs, and who agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dealt",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("clip_id", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dealt")),
        sa.UniqueConstraint("by", "clip_id", name=op.f("uq_dealt_by_clip_id")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("clip_id", sa.String(40), nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("rep", sa.Text),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("asked_by", sa.String(300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean),
        sa.Column("answered_by", sa.String(300)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("helped_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_consents_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("clip_id", name=op.f("uq_consents_clip_id")),
    )
    op.create_index(op.f("ix_consents_person_id"), "consents", ["person_id"])
    op.create_index(op.f("ix_consents_recording_id"), "consents", ["recording_id"])
    op.create_table(
        "contests",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("tag", sa.String(200), nullable=False),
        sa.Column("sentence", sa.String(40), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("start_s", sa.Float),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("upheld", sa.Boolean),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(300)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("what IN ('tag', 'step', 'score')", name=op.f("ck_contests_what")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contests_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
    )
    op.create_index(op.f("ix_contests_recording_id"), "contests", ["recording_id"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("recording_id", sa.String(16), nullable=False),
        sa.Column("clip_id", sa.String(40)),
        sa.Column("start_s", sa.Float),
        sa.Column("end_s", sa.Float),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("tag", sa.String(200)),
        sa.Column("rep", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("started_at", sa.String(40)),
        sa.Column("person_id", sa.Integer),
        sa.Column("author_id", sa.Integer),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("strength", sa.Text, nullable=False),
        sa.Column("improvement", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("exemplar_id", sa.String(40)),
        sa.Column("exemplar", sa.JSON),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("kind IN ('coaching', 'peer')", name=op.f("ck_notes_kind")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_notes_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notes_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notes_person_id"), "notes", ["person_id"])
    op.create_index(op.f("ix_notes_recording_id"), "notes", ["recording_id"])
    op.create_table(
        "pairs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("reviewer_id", sa.Integer, nullable=False),
        sa.Column("reviewed_id", sa.Integer, nullable=False),
        sa.Column("recording_id", sa.String(16)),
        sa.Column("note_id", sa.Integer),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_pairs_note_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["reviewed_id"], ["people.id"], name=op.f("fk_pairs_reviewed_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["people.id"], name=op.f("fk_pairs_reviewer_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairs")),
        sa.UniqueConstraint("month", "reviewer_id", name=op.f("uq_pairs_month_reviewer_id")),
    )
    op.create_index(op.f("ix_pairs_recording_id"), "pairs", ["recording_id"])
    op.create_index(op.f("ix_pairs_reviewed_id"), "pairs", ["reviewed_id"])
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("note_id", sa.Integer, nullable=False),
        sa.Column("at_s", sa.Float),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("by", sa.String(300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name=op.f("fk_remarks_note_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_remarks_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_note_id"), "remarks", ["note_id"])
