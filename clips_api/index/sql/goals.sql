-- Long lists come as one text: DuckDB takes longer to be given five thousand values than to count by them.

-- name: goal_rates
-- What was done of what could have been, of each goal that is a rate: its reps, what it counts, from when to when.
WITH asked AS (
    SELECT unnest($goals::INTEGER[]) AS goal, unnest($kinds::VARCHAR[]) AS kind, unnest($names::VARCHAR[]) AS name,
        unnest($since::TIMESTAMP[]) AS since, unnest($until::TIMESTAMP[]) AS until,
        unnest($reps::VARCHAR[]) AS reps
),
whose AS (SELECT asked.*, unnest(string_split(reps, chr(31))) AS rep FROM asked),
counted AS (
    SELECT goal, whose.kind, whose.name, recording_id
    FROM calls JOIN whose USING (rep)
    WHERE state = 'done' AND type = 'conversation' AND started_at >= since AND started_at < until
      AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
)
SELECT goal, count(*) AS total, count(*) FILTER (did) AS done
FROM counted JOIN chances USING (recording_id, kind, name)
GROUP BY goal

-- name: goal_calls
-- How many conversations count for each goal.
WITH asked AS (
    SELECT unnest($goals::INTEGER[]) AS goal, unnest($since::TIMESTAMP[]) AS since,
        unnest($until::TIMESTAMP[]) AS until, unnest($reps::VARCHAR[]) AS reps
),
whose AS (SELECT asked.*, unnest(string_split(reps, chr(31))) AS rep FROM asked)
SELECT goal, count(*) AS done
FROM calls JOIN whose USING (rep)
WHERE state = 'done' AND type = 'conversation' AND started_at >= since AND started_at < until
  AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
GROUP BY goal

-- name: goal_counted
-- What a goal that is a rate counts, the latest first: `did` only what was done, or only what was not.
SELECT chances.*, rep, customer, started_text
FROM chances JOIN calls USING (recording_id)
WHERE state = 'done' AND type = 'conversation' AND rep IN (SELECT unnest($reps::VARCHAR[]))
  AND started_at >= $since AND started_at < $until
  AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
  AND kind = $kind AND name = $measure AND ($did IS NULL OR did = $did)
ORDER BY started_at DESC, recording_id, start_s, turn
LIMIT $limit OFFSET $skip

-- name: goal_calls_counted
-- The calls that a goal counts, the latest first.
SELECT recording_id, rep, customer, started_text, duration_s
FROM calls
WHERE state = 'done' AND type = 'conversation' AND rep IN (SELECT unnest($reps::VARCHAR[]))
  AND started_at >= $since AND started_at < $until
  AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
ORDER BY started_at DESC, recording_id
LIMIT $limit OFFSET $skip
