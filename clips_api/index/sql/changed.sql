-- name: changes
-- Of everything that could have been done in the calls before and after each rep's own moment: how often it was.
WITH moments AS (
    SELECT unnest($reps::VARCHAR[]) AS rep, unnest($ats::TIMESTAMP[]) AS moment
),
counted AS (
    SELECT calls.recording_id, started_at >= moment AS later
    FROM calls JOIN moments USING (rep)
    WHERE state = 'done' AND type = 'conversation'
      AND started_at >= moment - to_days($days::INTEGER) AND started_at < moment + to_days($days::INTEGER)
      AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
)
SELECT kind, name, later, count(*) AS total, count(*) FILTER (did) AS done, count(DISTINCT recording_id) AS calls
FROM chances JOIN counted USING (recording_id)
GROUP BY kind, name, later
ORDER BY kind, name, later

-- name: changes_calls
-- How many calls stand on each side, and how many are not counted yet: their rep has not opened them.
WITH moments AS (
    SELECT unnest($reps::VARCHAR[]) AS rep, unnest($ats::TIMESTAMP[]) AS moment
)
SELECT started_at >= moment AS later,
    count(*) FILTER (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' ')))) AS calls,
    count(*) FILTER (NOT (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))) AS waiting
FROM calls JOIN moments USING (rep)
WHERE state = 'done' AND type = 'conversation'
  AND started_at >= moment - to_days($days::INTEGER) AND started_at < moment + to_days($days::INTEGER)
GROUP BY later

-- name: changes_counted
-- What one of those counts counts, the latest first: `did` only what was done, or only what was not.
WITH moments AS (
    SELECT unnest($reps::VARCHAR[]) AS rep, unnest($ats::TIMESTAMP[]) AS moment
)
SELECT chances.*, rep, customer, started_text
FROM chances JOIN calls USING (recording_id) JOIN moments USING (rep)
WHERE state = 'done' AND type = 'conversation'
  AND started_at >= moment - to_days($days::INTEGER) AND started_at < moment + to_days($days::INTEGER)
  AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
  AND chances.kind = $kind AND chances.name = $measure AND (started_at >= moment) = $later
  AND ($did IS NULL OR did = $did)
ORDER BY started_at DESC, recording_id, start_s, turn
LIMIT $limit OFFSET $skip

-- name: undated_calls
-- How many conversations of some reps have no date.
SELECT count(*) AS calls FROM calls
WHERE state = 'done' AND type = 'conversation' AND started_at IS NULL AND list_contains($reps::VARCHAR[], rep)

-- name: weeks
-- What was done of what could have been, in each of these weeks (by when they begin); one that begins is the last's end.
SELECT kind, name, len(list_filter($starts::TIMESTAMP[], start -> start <= started_at)) AS week,
    count(*) AS total, count(*) FILTER (did) AS done
FROM chances JOIN calls USING (recording_id)
WHERE state = 'done' AND type = 'conversation' AND list_contains($reps::VARCHAR[], rep)
  AND started_at >= $since AND started_at < $until
GROUP BY ALL
ORDER BY ALL

-- name: weeks_calls
-- How many conversations there were in each of these weeks.
SELECT len(list_filter($starts::TIMESTAMP[], start -> start <= started_at)) AS week, count(*) AS calls
FROM calls
WHERE state = 'done' AND type = 'conversation' AND list_contains($reps::VARCHAR[], rep)
  AND started_at >= $since AND started_at < $until
GROUP BY week

-- name: weeks_counted
-- What one of those counts counts, the latest first.
SELECT chances.*, rep, customer, started_text
FROM chances JOIN calls USING (recording_id)
WHERE state = 'done' AND type = 'conversation' AND list_contains($reps::VARCHAR[], rep)
  AND started_at >= $since AND started_at < $until
  AND kind = $kind AND name = $measure
ORDER BY started_at DESC, recording_id, start_s, turn
LIMIT $limit OFFSET $skip
