-- name: complete
SELECT complete FROM about

-- name: set_complete
UPDATE about SET complete = true WHERE NOT complete

-- name: stamps
SELECT recording_id, stamp, state FROM calls

-- name: drop_calls
DELETE FROM calls WHERE list_contains($ids::VARCHAR[], recording_id)

-- name: drop_files
DELETE FROM files WHERE list_contains($ids::VARCHAR[], recording_id)

-- name: drop_tags
DELETE FROM tags WHERE list_contains($ids::VARCHAR[], recording_id)

-- name: drop_clips
DELETE FROM clips WHERE list_contains($ids::VARCHAR[], recording_id)
