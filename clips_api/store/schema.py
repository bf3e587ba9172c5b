"""The tables of people's records. Change anything here and add a migration; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, whatever the database keeps: SQLite has no zones, so all are written in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=value.tzinfo or UTC) if value is not None else None


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

collections = Table(
    "collections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("purpose", Text, nullable=False),  # a sentence on what it is for; may be empty
    Column("review_on", Date),  # the day by which somebody looks whether its clips are still the best
    Column("by", String(300), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),  # it, or anything in it
    Column("version", Integer, nullable=False),  # of title, purpose and review date: who edits an old one is told
    sqlite_autoincrement=True,  # an old address must never lead to another collection
)

kept_clips = Table(
    "kept_clips",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), nullable=False),
    Column("clip_id", String(40), nullable=False),
    Column("recording_id", String(16), nullable=False),
    Column("start_s", Float),  # seconds from the start of the recording; null where a transcript has no times
    Column("end_s", Float),
    Column("place", Integer, nullable=False),  # 1 is first; those that were removed keep theirs
    Column("why", Text, nullable=False),  # why it is strong
    Column("speaker", String(12), nullable=False),  # from here on as it was when it was kept
    Column("quote", Text, nullable=False),
    Column("reply", Text),
    Column("reply_speaker", String(12)),
    Column("tag", String(200)),
    Column("rep", Text),
    Column("customer", Text),
    Column("started_at", String(40)),
    Column("folded", Text, nullable=False),  # quote and reply as search compares them: the same words are noticed
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Column("version", Integer, nullable=False),  # of `why`
    Column("removed_at", Moment),  # until it is gone for good, it can be put back
    UniqueConstraint("collection_id", "clip_id"),
    Index(None, "clip_id"),
    Index(None, "recording_id"),
)

uses = Table(
    "uses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("what", String(12), nullable=False),
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE")),
    Column("clip_id", String(40)),
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("what IN ('shared', 'packed', 'attached', 'played')", name="what"),
    Index(None, "collection_id"),
    Index(None, "clip_id"),
)

shares = Table(
    "shares",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256: the token itself is nowhere
    Column("clip_id", String(40), nullable=False),
    Column("recording_id", String(16), nullable=False),
    Column("by", String(300), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("played", Integer, nullable=False),
    Column("played_at", Moment),
    Index(None, "clip_id"),
    Index(None, "recording_id"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("email", String(320), unique=True),  # in small letters; who they are, where there is one
    Column("team", String(200)),
    Column("aliases", JSON, nullable=False),  # how recordings name them, besides `name`
    Column("slack", String(40)),  # their Slack member id
    Column("role", String(8), nullable=False, server_default="rep"),  # rep, manager, admin
    Column("country", String(2)),  # ISO 3166, for holidays and formats of numbers
    Column("zone", String(64)),  # time zone as Europe/Berlin; null: the machine's
    Column("left_at", Moment),  # since then they can't sign in and get nothing; what they wrote stays
    sqlite_autoincrement=True,  # a number is never given twice
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("query", Text, nullable=False),  # what stands after /search?
    Column("by", String(300), nullable=False),
    Column("channel", String(20)),  # mail, slack, log; null where nobody is told
    Column("address", String(320)),  # null where a person is told: theirs is looked up
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", Moment, nullable=False),
    Column("looked_at", Moment, nullable=False),  # when somebody last opened it
    Column("paused", Boolean, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice
)

search_matches = Table(
    "search_matches",
    metadata,
    Column("search_id", ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True),
    Column("clip_id", String(40), primary_key=True),
    Column("recording_id", String(16), nullable=False),
    Column("found_at", Moment, nullable=False),
    Index(None, "search_id", "recording_id"),
)

known_calls = Table(
    "known_calls",
    metadata,
    Column("recording_id", String(16), primary_key=True),
    Column("since", Moment, nullable=False),  # when its tags could first be searched: what comes later isn't new
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),  # what is told: clips_api/telling.py has a function for each
    Column("about", String(60), nullable=False),  # what it is about, as search/12
    Column("channel", String(20), nullable=False),
    Column("address", String(320), nullable=False),
    Column("payload", JSON, nullable=False),  # what the words are made from; no secrets
    Column("links", Boolean, nullable=False),  # whether it holds any: they need a public address
    Column("dedupe", String(200), nullable=False, unique=True),  # the same cause writes one row, however often it runs
    Column("message_id", String(120), nullable=False),  # of the e-mail: the same however often it is tried
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_by", String(120)),
    Column("leased_until", Moment),
    Column("sent_at", Moment),
    Column("given_up_at", Moment),
    Column("error", Text),  # of the last try
    Index(None, "due_at"),
    Index(None, "about"),
    sqlite_autoincrement=True,  # a number is never given twice
)
