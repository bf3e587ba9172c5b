"""The tables of who is signed in, and of who saw, shared, changed and deleted what."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from clips_api.store.schema import Moment, metadata

sign_ins = Table(  # links sent by e-mail that sign somebody in once
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256: the token itself is nowhere
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index(None, "person_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),  # of the cookie
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # to the hour
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("device", String(120), nullable=False),  # "Firefox on Windows"
    Index(None, "person_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("ended_at", Moment),
    Index(None, "person_id"),
)

audit = Table(  # rows are only ever added
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String(300), nullable=False),
    Column("person_id", Integer),  # no key to people: the trail outlives them
    Column("what", String(20), nullable=False),  # saw, heard, shared, changed, deleted, signed in, ...
    Column("about", String(80), nullable=False),  # call/0123…, clip/…, note/3, person/7
    Column("detail", Text, nullable=False),
    Index(None, "at"),
    Index(None, "about"),
)

seen_calls = Table(  # who opened which call first when: a rep sees a call before figures of the team count it
    "seen_calls",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("recording_id", String(16), primary_key=True),
    Column("at", Moment, nullable=False),
)
