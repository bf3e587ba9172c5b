-- name: complete
SELECT complete FROM about

-- name: set_complete
UPDATE about SET complete = true WHERE NOT complete

-- name: stamps
SELECT recording_id, stamp, state FROM calls

-- name: done_of
-- Which of some calls are indexed in full: what is new goes before what is only made anew.
SELECT recording_id FROM calls WHERE recording_id IN (SELECT unnest($ids::VARCHAR[])) AND state = 'done'

-- name: held
-- Which of some calls have rows.
SELECT recording_id FROM calls WHERE recording_id IN (SELECT unnest($ids::VARCHAR[]))

-- name: drop_calls
DELETE FROM calls WHERE recording_id IN (SELECT unnest($ids::VARCHAR[]))

-- name: drop_files
DELETE FROM files WHERE recording_id IN (SELECT unnest($ids::VARCHAR[]))

-- name: drop_tags
DELETE FROM tags WHERE recording_id IN (SELECT unnest($ids::VARCHAR[]))

-- name: drop_steps
DELETE FROM steps WHERE recording_id IN (SELECT unnest($ids::VARCHAR[]))

-- name: drop_clips
DELETE FROM clips WHERE recording_id IN (SELECT unnest($ids::VARCHAR[])) RETURNING number
