-- name: sheets
-- All sheets of spans that have rows (64 spans to a sheet: sheets.py).
SELECT DISTINCT number // 64 FROM clips

-- name: suggested
-- How many suggestions nobody has answered.
SELECT count(*) AS suggestions FROM tags WHERE kind = 'suggestion' AND ($tag IS NULL OR tag = $tag)

-- name: to_judge
-- Tags that this person sees and has not judged: of all tags, those least judged first; of one, its rules likewise. Then from
-- as many rules and calls as there are.
WITH known AS (
    SELECT unnest($groups::VARCHAR[]) AS name, unnest($counts::INTEGER[]) AS judged
),
open AS (
    SELECT recording_id, tag, rule, sentence, hash(recording_id || tag || sentence || $seed) AS luck,
        CASE WHEN $tag IS NULL THEN tag ELSE rule END AS name
    FROM tags
    WHERE kind = 'tag' AND ($tag IS NULL OR tag = $tag)
      AND recording_id || ' ' || tag || ' ' || sentence NOT IN (SELECT unnest($judged::VARCHAR[]))
      AND recording_id IN (
          SELECT recording_id FROM calls
          WHERE ($only IS NULL OR list_contains($only::VARCHAR[], rep))
            AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
      )
),
dealt AS (
    SELECT *,
        row_number() OVER (PARTITION BY name ORDER BY luck) AS of_name,
        row_number() OVER (PARTITION BY tag, rule ORDER BY luck) AS of_rule,
        row_number() OVER (PARTITION BY recording_id ORDER BY luck) AS of_call
    FROM open
)
SELECT recording_id, tag, rule, sentence
FROM dealt LEFT JOIN known USING (name)
ORDER BY coalesce(judged, 0) + of_name, of_rule, of_call, luck
LIMIT $limit

-- name: any_clips
SELECT count(*) AS clips FROM clips

-- name: numbers_of_call
SELECT DISTINCT number FROM clips WHERE recording_id = $recording_id ORDER BY number

-- name: reps
-- Every rep's name in use, for suggestions.
SELECT DISTINCT rep AS name FROM calls WHERE rep IS NOT NULL ORDER BY name

-- name: rep_calls
-- In how many calls each rep's name stands.
SELECT rep AS name, count(*) AS calls FROM calls WHERE rep IS NOT NULL GROUP BY rep ORDER BY rep

-- name: customers
-- Every customer's name in the calls that somebody sees.
SELECT DISTINCT customer AS name FROM calls
WHERE customer IS NOT NULL
      AND ($only IS NULL OR list_contains($only::VARCHAR[], rep))
      AND ($never IS NULL OR rep IS NULL OR NOT list_contains($never::VARCHAR[], rep))
ORDER BY name
