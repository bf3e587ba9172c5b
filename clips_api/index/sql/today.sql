-- name: moments_since
-- Moments of calls that came in since a time, with a score in a range: the best first, or the weakest.
SELECT clips.recording_id, clips.tag, clips.turn, clips.start_s, clips.end_s, clips.score
FROM clips JOIN calls USING (recording_id)
WHERE clips.kind = 'moment' AND clips.lead AND clips.score BETWEEN $least AND $most AND clips.start_s IS NOT NULL
  AND calls.arrived_at >= $since
  AND ($only IS NULL OR list_contains($only::VARCHAR[], calls.rep))
  AND ($never IS NULL OR calls.rep IS NULL OR NOT list_contains($never::VARCHAR[], calls.rep))
ORDER BY
    CASE WHEN $weakest THEN clips.score ELSE -clips.score END,
    calls.arrived_at DESC, clips.recording_id, clips.start_s
LIMIT $limit

-- name: calls_since
-- What came in since a time: calls, and the moments found in them.
SELECT count(*) AS calls, coalesce(sum(moments), 0)::BIGINT AS moments, count(DISTINCT rep) AS reps
FROM calls
WHERE state IN ('waiting', 'heard', 'done') AND arrived_at >= $since
  AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
  AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
