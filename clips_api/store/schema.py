"""The tables of people's records. Change anything here and add a migration; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={  # so that migrations can name what they change, on either database
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", String(16), nullable=False),
    Column("kind", String(12), nullable=False),  # tag, suggestion, step
    Column("tag", String(200), nullable=False),  # of a step, its id
    Column("sentence", String(40), nullable=False),  # where it stands (spans.sentence); empty for a step
    Column("rule", Text, nullable=False),  # as the analysis has it; of a step its verdict
    Column("speaker", String(12), nullable=False),
    Column("quote", Text, nullable=False),
    Column("start_s", Float),  # seconds from the start of the recording
    Column("end_s", Float),
    Column("turn", Integer),
    Column("playbook", String(64), nullable=False),  # the version that made it
    Column("right", Boolean, nullable=False),
    Column("by", String(300), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('tag', 'suggestion', 'step')", name="kind"),
    UniqueConstraint("by", "recording_id", "kind", "tag", "sentence"),
    Index(None, "recording_id"),
    Index(None, "tag"),
)
