"""The tables of coaching: notes and what is said under them, what is contested, who reviews whom, who agreed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
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

notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),  # coaching; peer: the same between two reps
    Column("recording_id", String(16), nullable=False),
    Column("clip_id", String(40)),  # null: about the whole call
    Column("start_s", Float),  # of the clip, seconds; null: the whole call, or a transcript without times
    Column("end_s", Float),
    Column("said", JSON, nullable=False),  # the words as they were: [{"speaker", "text"}]
    Column("tag", String(200)),
    Column("rep", Text),  # as the recording names them
    Column("customer", Text),
    Column("started_at", String(40)),  # the call's
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),  # who is coached
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL")),  # null: whoever holds the secret
    Column("by", String(300), nullable=False),
    Column("strength", Text, nullable=False),
    Column("improvement", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("due_on", Date),
    Column("done_at", Moment),  # the action
    Column("exemplar_id", String(40)),  # a clip to copy
    Column("exemplar", JSON),  # its words as they were, like `said`
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),  # null: a draft that only its author sees
    Column("acknowledged_at", Moment),
    Column("version", Integer, nullable=False),  # who edits an old one is told
    CheckConstraint("kind IN ('coaching', 'peer')", name="kind"),
    Index(None, "recording_id"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

remarks = Table(  # comments at times of the call, and answers
    "remarks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("note_id", ForeignKey("notes.id", ondelete="CASCADE"), nullable=False),
    Column("at_s", Float),  # where in the call, seconds; null: an answer
    Column("text", Text, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "note_id"),
)

contests = Table(  # a rep says that a tag, a step or a score is wrong; a manager decides; nothing is taken out
    "contests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recording_id", String(16), nullable=False),
    Column("what", String(8), nullable=False),
    Column("tag", String(200), nullable=False),  # of a step, its id
    Column("sentence", String(40), nullable=False),  # where it stands, as in judgements; empty for a step
    Column("quote", Text, nullable=False),
    Column("start_s", Float),
    Column("found", Text, nullable=False),  # what is contested: the verdict, or the score with its arithmetic
    Column("reason", Text, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Column("upheld", Boolean),  # null: waits for a manager; true: the rep was right
    Column("answer", Text, nullable=False),
    Column("decided_by", String(300)),
    Column("decided_at", Moment),
    CheckConstraint("what IN ('tag', 'step', 'score')", name="what"),
    Index(None, "recording_id"),
)

pairs = Table(  # who reviews whose call in a month
    "pairs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False),  # 2026-11
    Column("reviewer_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("reviewed_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("recording_id", String(16)),  # the call that the reviewed rep gave to be heard; null: none so far
    Column("note_id", ForeignKey("notes.id", ondelete="SET NULL")),
    UniqueConstraint("month", "reviewer_id"),
    Index(None, "reviewed_id"),
    Index(None, "recording_id"),
)

consents = Table(  # whether a rep's clip may be an example to others
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clip_id", String(40), nullable=False, unique=True),
    Column("recording_id", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE")),  # null: the rep is in no list; a manager answers
    Column("rep", Text),
    Column("quote", Text, nullable=False),
    Column("asked_by", String(300), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("agreed", Boolean),  # null: not answered
    Column("answered_by", String(300)),
    Column("answered_at", Moment),
    Column("helped_at", Moment),  # when the rep was last told that it helped
    Index(None, "recording_id"),
    Index(None, "person_id"),
)

dealt = Table(  # moments that somebody has put behind them on their first page
    "dealt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("by", String(300), nullable=False),
    Column("clip_id", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("by", "clip_id"),
)
