-- name: team_weeks
-- What was done of what could have been in the calls of some reps that count, in each of these weeks. And as kind
-- 'call' how many conversations count (`done`) of all there are: for others it is too early.
WITH made AS MATERIALIZED (
    SELECT recording_id, len(list_filter($starts::TIMESTAMP[], start -> start <= started_at)) AS week,
        coalesce(arrived_at <= $settled, false)
            OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))) AS counts
    FROM calls
    WHERE state = 'done' AND type = 'conversation' AND rep IN (SELECT unnest($reps::VARCHAR[]))
      AND started_at >= $since AND started_at < $until
)
SELECT kind, name, week, count(*) AS total, count(*) FILTER (did) AS done
FROM chances JOIN made USING (recording_id)
WHERE counts
GROUP BY kind, name, week
UNION ALL
SELECT 'call', '', week, count(*), count(*) FILTER (counts)
FROM made
GROUP BY week

-- name: team_reps
-- The same of single reps, of some tags and steps.
WITH counted AS (
    SELECT recording_id, rep
    FROM calls
    WHERE state = 'done' AND type = 'conversation' AND rep IN (SELECT unnest($reps::VARCHAR[]))
      AND started_at >= $since AND started_at < $until
      AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
)
SELECT kind, name, rep, count(*) AS total, count(*) FILTER (did) AS done
FROM chances JOIN counted USING (recording_id)
WHERE (kind, name) IN (SELECT unnest($kinds::VARCHAR[]), unnest($names::VARCHAR[]))
GROUP BY kind, name, rep

-- name: team_counted
-- What one of those counts counts, the latest first: `did` only what was done, or only what was not.
SELECT chances.*, rep, customer, started_text
FROM chances JOIN calls USING (recording_id)
WHERE state = 'done' AND type = 'conversation' AND rep IN (SELECT unnest($reps::VARCHAR[]))
  AND started_at >= $since AND started_at < $until
  AND (arrived_at <= $settled OR recording_id IN (SELECT unnest(string_split($opened::VARCHAR, ' '))))
  AND kind = $kind AND name = $measure
  AND ($did IS NULL OR did = $did)
ORDER BY started_at DESC, recording_id, start_s, turn
LIMIT $limit OFFSET $skip

-- name: measures
-- Every tag and step of which something could have been done.
SELECT DISTINCT kind, name FROM chances ORDER BY kind, name
