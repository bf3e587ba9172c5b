-- name: tag_counts
-- How often each tag, and each rule of it, was heard; the row of a whole tag has no rule.
SELECT tag, rule, count(*) AS times, count(DISTINCT recording_id) AS calls
FROM tags
WHERE kind = 'tag'
GROUP BY GROUPING SETS ((tag), (tag, rule))

-- name: step_counts
-- In how many calls each step was not heard.
SELECT step, count(*) AS calls
FROM (SELECT unnest(missed) AS step FROM calls WHERE state = 'done')
GROUP BY step

-- name: call_counts
SELECT count(*) AS calls, count(*) FILTER (WHERE type = 'conversation') AS conversations
FROM calls
WHERE state = 'done'
