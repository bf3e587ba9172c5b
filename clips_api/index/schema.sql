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

-- One row a moment, a tag outside moments, a suggestion, a remaining turn. Their words are in the word index beside.
CREATE TABLE clips (
    id            VARCHAR,      -- <recording_id>-<start_ms>-<end_ms>; two tags of one span share it
    number        BIGINT,       -- of the span, as the word index names it; rises with every span that is written
    recording_id  VARCHAR,
    kind          VARCHAR,      -- 'moment', 'tag', 'turn', 'suggestion' (nobody has agreed to it: never counted)
    lead          BOOLEAN,      -- the row that stands for its id where no tag is asked for
    lead_suggested BOOLEAN,     -- the same where suggestions are asked for
    tag           VARCHAR,
    sentence      VARCHAR,      -- of the tag, as people judge it (clips_api/sentences.py)
    judged_as     VARCHAR,      -- 'tag', or 'suggestion' though somebody agreed to it; NULL without a tag
    tags          VARCHAR[],    -- of every row with this id
    start_s       DOUBLE,       -- NULL where the transcript has no times
    end_s         DOUBLE,
    turn          INTEGER,      -- the first turn
    speaker       VARCHAR,
    quote         VARCHAR,
    context       VARCHAR,
    reply         VARCHAR,
    reply_speaker VARCHAR,
    score         DOUBLE,
    acknowledge   VARCHAR,      -- the words in which each part of the reply was heard
    explore       VARCHAR,
    respond       VARCHAR,
    confirm       VARCHAR,
    why           VARCHAR,
    rep           VARCHAR,
    customer      VARCHAR,
    started_at    TIMESTAMP,
    started_text  VARCHAR,
    said_at       TIMESTAMP     -- when the call began, else when it arrived: what age is counted from
);
