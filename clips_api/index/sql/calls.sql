-- name: calls
-- A page of calls, newest first, those without a date by when they arrived.
WITH hits AS MATERIALIZED (
    SELECT *, epoch(coalesce(started_at, arrived_at, TIMESTAMP '1970-01-01')) AS rank
    FROM calls
    WHERE state IN ('waiting', 'heard', 'done')
      AND ($rep IS NULL OR rep = $rep)
      AND ($customer IS NULL OR customer = $customer)
      AND ($type IS NULL OR type = $type)
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($unknown IS NULL OR $unknown = (rep IS NULL OR customer IS NULL OR started_at IS NULL))
      AND ($unclear IS NULL OR $unclear = unclear)
      AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
      AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
),
page AS (
    SELECT * FROM hits
    WHERE $after IS NULL OR row(rank, recording_id) < row($after[1]::DOUBLE, $after_id::VARCHAR)
    ORDER BY rank DESC, recording_id DESC
    LIMIT $limit
)
SELECT (SELECT count(*) FROM hits) AS total, page.*
FROM (SELECT 1) LEFT JOIN page ON true
ORDER BY rank DESC, recording_id DESC

-- name: call
SELECT * FROM calls WHERE recording_id = $recording_id

-- name: those_seen
-- Which of some calls somebody sees.
SELECT recording_id FROM calls
WHERE list_contains($ids::VARCHAR[], recording_id)
      AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
      AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))

-- name: unknown_calls
SELECT
    count(*) FILTER (WHERE rep IS NULL OR customer IS NULL OR started_at IS NULL) AS calls,
    count(*) FILTER (WHERE unclear) AS unclear
FROM calls
WHERE state IN ('waiting', 'heard', 'done')

-- name: group_of_calls
-- One group of the status page, each call with every name it came under: the queue in its order, then the latest
-- arrivals first.
WITH line AS (
    SELECT unnest($queue::VARCHAR[]) AS id, generate_subscripts($queue::VARCHAR[], 1) AS place
),
hits AS MATERIALIZED (
    SELECT calls.*, place, coalesce(1e12 - place, epoch(coalesce(arrived_at, TIMESTAMP '1970-01-01'))) AS rank
    FROM calls LEFT JOIN line ON line.id = recording_id
    WHERE (list_contains($states::VARCHAR[], state) OR coalesce(list_contains($also::VARCHAR[], recording_id), false))
      AND NOT list_contains($busy::VARCHAR[], recording_id)
      AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
      AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
),
page AS (
    SELECT * FROM hits
    WHERE $after IS NULL OR row(rank, recording_id) < row($after[1]::DOUBLE, $after_id::VARCHAR)
    ORDER BY rank DESC, recording_id DESC
    LIMIT $limit
)
SELECT (SELECT count(*) FROM hits) AS total, page.*,
    (SELECT list(files.path ORDER BY files.seen_at, files.path) FROM files WHERE files.recording_id = page.recording_id)
        AS paths
FROM (SELECT 1) LEFT JOIN page ON true
ORDER BY rank DESC, recording_id DESC

-- name: states
SELECT state, count(*) AS calls FROM calls GROUP BY state

-- name: seen_as
-- Which of some names a recording has come under, and how large it was.
SELECT path, bytes FROM files WHERE list_contains($paths::VARCHAR[], path)
