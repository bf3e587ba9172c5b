-- name: exported_calls
-- The calls that somebody exports, the oldest first, those without a date by when they arrived.
SELECT * FROM calls
WHERE ($rep IS NULL OR rep = $rep)
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
      AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
ORDER BY coalesce(started_at, arrived_at), recording_id
