-- name: came_between
-- What came in between two times: calls, the moments found in them, and of how many reps.
SELECT count(*) AS calls, coalesce(sum(moments), 0)::BIGINT AS moments, count(DISTINCT rep) AS reps
FROM calls
WHERE state IN ('waiting', 'heard', 'done') AND arrived_at >= $since AND arrived_at < $until
  AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
  AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
