-- The clip index. Derived: delete the folder and it is built again. Change anything here and raise SCHEMA in
-- database.py: the next start builds data/index/<n+1>. No keys or DDL indexes: the writer is alone and keeps rows
-- unique itself, and DuckDB's index changes have replay faults in its write-ahead log (docs/decisions.md).

-- `masked`: whether personal data is hidden in the rows (the setting `mask`).
CREATE TABLE about (schema_version INTEGER, masked BOOLEAN, complete BOOLEAN);

-- One row a call, whatever its state: 'waiting' (no transcript), 'heard' (no analysis yet), 'done', 'quarantined',
-- 'unreadable' (a document of ours is damaged).
CREATE TABLE calls (
    recording_id  VARCHAR,
    stamp         VARCHAR,      -- changes when any document does
    state         VARCHAR,
    filename      VARCHAR,
    arrived_at    TIMESTAMP,    -- UTC, as all times here
    rep           VARCHAR,
    customer      VARCHAR,
    started_at    TIMESTAMP,
    started_text  VARCHAR,      -- as the document has it, zone included
    direction     VARCHAR,
    source        VARCHAR,
    consent       VARCHAR,
    type          VARCHAR,
    duration_s    DOUBLE,
    channels      INTEGER,
    turns         INTEGER,
    unclear       BOOLEAN,      -- which voice is whose is open, and a person is asked
    moments       INTEGER,
    missed        VARCHAR[],    -- steps that were not heard
    problems      VARCHAR[],
    why           VARCHAR,      -- quarantined or unreadable: what happened, what to do
    advice        VARCHAR,
    detail        VARCHAR
);

-- One row a name under which a recording arrived: every file ever taken in.
CREATE TABLE files (
    recording_id  VARCHAR,
    path          VARCHAR,
    seen_at       TIMESTAMP,
    bytes         BIGINT
);

-- One row a tag, those in moments too, and a suggestion that nobody has judged: what people can judge.
CREATE TABLE tags (
    recording_id  VARCHAR,
    kind          VARCHAR,      -- 'tag', 'suggestion'
    tag           VARCHAR,
    rule          VARCHAR,      -- its id
    sentence      VARCHAR
);

-- One row a step of a conversation, with the turn that stands for it: where it was heard, or the nearest thing.
CREATE TABLE steps (
    recording_id  VARCHAR,
    step          VARCHAR,
    result        VARCHAR,      -- 'done', 'missed', 'cannot_tell', 'not_applicable'
    turn          INTEGER,
    start_s       DOUBLE,       -- of that turn; NULL where there is none, or it has no times
    end_s         DOUBLE
);

-- One row a moment, a tag outside moments, a suggestion, a remaining turn. What is said in them, and whatever else is
-- shown, stands in the word index beside (sheets.py): it takes half the room there and is quicker to fetch.
CREATE TABLE clips (
    number        BIGINT,       -- of the span, as the word index names it; rises with every span that is written
    recording_id  VARCHAR,
    kind          VARCHAR,      -- 'moment', 'tag', 'turn', 'suggestion' (nobody has agreed to it: never counted)
    lead          BOOLEAN,      -- the row that stands for its span where no tag is asked for
    tag           VARCHAR,
    turn          INTEGER,      -- the first turn
    start_s       DOUBLE,       -- NULL where the transcript has no times
    end_s         DOUBLE,
    speaker       VARCHAR,
    score         DOUBLE
);

-- Every time that something could have been done, and whether it was: a step that can be told, a moment with a score.
-- A moment is handled well from 6 points on.
CREATE VIEW chances AS
SELECT recording_id, 'step' AS kind, step AS name, result = 'done' AS did, turn, start_s, end_s
FROM steps
WHERE result IN ('done', 'missed')
UNION ALL
SELECT recording_id, 'tag', tag, score >= 6, turn, start_s, end_s
FROM clips
WHERE kind = 'moment' AND score IS NOT NULL;
