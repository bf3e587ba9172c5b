"""The tables of what follows training: what comes back to be asked again."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from clips_api.store.schema import Moment, metadata

repetitions = Table(  # a question that comes back to somebody, and when
    "repetitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_id", ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_version_id", ForeignKey("quiz_versions.id", ondelete="CASCADE"), nullable=False),
    Column("assignment_id", ForeignKey("assignments.id", ondelete="CASCADE"), nullable=False),
    Column("question_id", String(40), nullable=False),
    Column("rung", Integer, nullable=False),  # how far apart it comes: clips_api/repeating.py has the days
    Column("due_on", Date, nullable=False),  # on their own calendar
    Column("answered_at", Moment, nullable=False),
    Column("ended_at", Moment),  # it comes back no more
    UniqueConstraint("person_id", "quiz_id", "question_id"),
    Index(None, "due_on"),
    sqlite_autoincrement=True,
)

practices = Table(  # one or two of them, sent to somebody by a link
    "practices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("made_on", Date, nullable=False),  # on their own calendar: one a day
    Column("made_at", Moment, nullable=False),
    Column("seed", String(32), nullable=False),  # the token is made from it and the key, anew whenever it is sent
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),  # every question was answered
    Column("revoked_at", Moment),
    UniqueConstraint("person_id", "made_on"),
    sqlite_autoincrement=True,
)

practice_questions = Table(
    "practice_questions",
    metadata,
    Column("practice_id", ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True),
    Column("repetition_id", ForeignKey("repetitions.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False),  # 1 is the first
    Column("given", JSON),  # null until it is answered
    Column("right", Boolean),
    Column("answered_at", Moment),
)

team_choices = Table(  # what is chosen for a team; one without a row has chosen nothing
    "team_choices",
    metadata,
    Column("folded", String(200), primary_key=True),  # the team's name as it is compared
    Column("names_reps", Boolean, nullable=False),  # whether its figures are shown for each rep
    Column("channel", String(80), nullable=False),  # the Slack channel that hears of its wins; empty: none
)

wins = Table(  # a clip that a manager calls a win of its rep's; whether its team hears of it their consent says
    "wins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("clip_id", String(40), nullable=False, unique=True),
    Column("recording_id", String(16), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),  # the rep; null where they are in no list
    Column("rep", Text),  # as the recording names them
    Column("tag", String(200)),
    Column("why", Text, nullable=False),
    Column("by_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "recording_id"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

digests = Table(  # what somebody was told of a week, or that there was nothing to tell: one a week
    "digests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("week", Date, nullable=False),  # the Monday on which it is told, of the seven days before
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("person_id", "week"),
    sqlite_autoincrement=True,
)

digest_choices = Table(  # whether somebody wants one; who has no row chose nothing
    "digest_choices",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("wanted", Boolean, nullable=False),
)

targets = Table(  # a share that a team aims at, of moments of a tag handled well or of calls with a step
    "targets",
    metadata,
    Column("folded", String(200), primary_key=True),  # the team's name as it is compared; empty: everybody together
    Column("kind", String(8), primary_key=True),  # "tag" or "step"
    Column("name", String(120), primary_key=True),
    Column("share", Integer, nullable=False),  # of a hundred, 1 to 100
    Column("by", String(200), nullable=False),
    Column("set_at", Moment, nullable=False),
)

goals = Table(  # what a rep or a team wants to reach from a day to another
    "goals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE")),
    Column("team", String(200)),  # in the place of a person
    Column("kind", String(8), nullable=False),  # tag, step: a rate; calls, demos, deals: a number
    Column("name", String(200), nullable=False),  # of the tag or step; else empty
    Column("target", Integer, nullable=False),  # a rate in percent
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("by", String(300), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("put_away_at", Moment),
    sqlite_autoincrement=True,
)

tallies = Table(  # how many demos or deals somebody had on a day, as it was entered
    "tallies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("number", Integer, nullable=False),
    Column("by", String(300), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("person_id", "day", "kind"),
    sqlite_autoincrement=True,
)

checkins = Table(  # once a week each rep is asked for a line
    "checkins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("team", String(200), nullable=False),  # theirs when they were asked: it reads the answer
    Column("week", Date, nullable=False),  # its Monday, on their own calendar: one a week
    Column("asked_at", Moment, nullable=False),
    Column("seed", String(32), nullable=False),  # the token is made from it and the key, anew whenever it is sent
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
    Column("text", String(280)),  # null until it is answered
    Column("answered_at", Moment),
    UniqueConstraint("person_id", "week"),
    Index(None, "week"),
    sqlite_autoincrement=True,
)

checkin_teams = Table(  # whether a team is asked each week; one without a row is not
    "checkin_teams",
    metadata,
    Column("folded", String(200), primary_key=True),  # the team's name as it is compared
    Column("asks", Boolean, nullable=False),
)
