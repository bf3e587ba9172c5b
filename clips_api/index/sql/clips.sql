-- name: search
-- One page of clips and how many there are in all. `speaker` limits the words that are searched to that side's.
WITH spoken AS (
    SELECT *,
        CASE
            WHEN $speaker IS NULL THEN quote_words || coalesce('|' || reply_words, '')
            WHEN speaker = $speaker AND reply_speaker = $speaker THEN quote_words || '|' || reply_words
            WHEN speaker = $speaker THEN quote_words
            WHEN reply_speaker = $speaker THEN reply_words
        END AS words
    FROM clips
    WHERE CASE WHEN $tag IS NOT NULL THEN tag = $tag WHEN $suggestions THEN lead_suggested ELSE lead END
      AND ($suggestions OR kind <> 'suggestion')
      AND ($rep IS NULL OR rep = $rep)
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($min_score IS NULL OR score >= $min_score)
),
hits AS MATERIALIZED (
    SELECT *,
        {
            'a': CASE WHEN $sort = 'relevance' AND contains(words, $phrase) THEN 1.0::DOUBLE ELSE 0 END,
            'b': CASE $sort WHEN 'newest' THEN 0.0::DOUBLE WHEN 'best' THEN coalesce(score, -1)
                            ELSE (kind = 'moment')::INTEGER END,
            'c': CASE $sort WHEN 'newest' THEN 0.0::DOUBLE WHEN 'best' THEN (kind = 'moment')::INTEGER
                            ELSE coalesce(score, -1) END,
            'd': coalesce(epoch(started_at), -1e18::DOUBLE),
            'e': -coalesce(start_s, turn)::DOUBLE
        } AS rank
    FROM spoken
    WHERE words IS NOT NULL AND list_bool_and([contains(words, needle) FOR needle IN $needles::VARCHAR[]]) IS NOT FALSE
),
page AS (
    SELECT * FROM hits
    WHERE $after IS NULL
       OR row(rank.a, rank.b, rank.c, rank.d, rank.e, id)
        < row($after[1]::DOUBLE, $after[2]::DOUBLE, $after[3]::DOUBLE, $after[4]::DOUBLE, $after[5]::DOUBLE, $after_id::VARCHAR)
    ORDER BY rank DESC, id DESC
    LIMIT $limit
)
SELECT (SELECT count(*) FROM hits WHERE $tag IS NULL OR kind <> 'suggestion') AS total, page.*
FROM (SELECT 1) LEFT JOIN page ON true
ORDER BY rank DESC, id DESC

-- name: facets
-- How many clips each tag, rep and speaker would leave, all other filters kept. Suggestions are never counted.
WITH spoken AS (
    SELECT id, tag, lead, rep, speaker, reply_speaker,
        quote_words || coalesce('|' || reply_words, '') AS words, quote_words, reply_words
    FROM clips
    WHERE kind <> 'suggestion'
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($min_score IS NULL OR score >= $min_score)
      AND list_bool_and(
            [contains(quote_words || coalesce('|' || reply_words, ''), needle) FOR needle IN $needles::VARCHAR[]]
          ) IS NOT FALSE
),
hits AS MATERIALIZED (
    SELECT *,
        coalesce(speaker = $speaker AND
            list_bool_and([contains(quote_words, needle) FOR needle IN $needles::VARCHAR[]]) IS NOT FALSE
          OR reply_speaker = $speaker AND
            list_bool_and([contains(reply_words, needle) FOR needle IN $needles::VARCHAR[]]) IS NOT FALSE,
          $speaker IS NULL) AS spoken_by
    FROM spoken
)
SELECT 'tag' AS facet, tag AS value, count(DISTINCT id) AS clips
FROM hits WHERE tag IS NOT NULL AND ($rep IS NULL OR rep = $rep) AND spoken_by GROUP BY tag
UNION ALL
SELECT 'rep', rep, count(DISTINCT id)
FROM hits WHERE rep IS NOT NULL AND CASE WHEN $tag IS NULL THEN lead ELSE tag = $tag END AND spoken_by GROUP BY rep
UNION ALL
SELECT 'speaker', side, count(DISTINCT id)
FROM (
    SELECT id, speaker AS side FROM hits
    WHERE list_bool_and([contains(quote_words, needle) FOR needle IN $needles::VARCHAR[]]) IS NOT FALSE
      AND CASE WHEN $tag IS NULL THEN lead ELSE tag = $tag END AND ($rep IS NULL OR rep = $rep)
    UNION ALL
    SELECT id, reply_speaker FROM hits
    WHERE reply_words IS NOT NULL
      AND list_bool_and([contains(reply_words, needle) FOR needle IN $needles::VARCHAR[]]) IS NOT FALSE
      AND CASE WHEN $tag IS NULL THEN lead ELSE tag = $tag END AND ($rep IS NULL OR rep = $rep)
) GROUP BY side
ORDER BY facet, clips DESC, value

-- name: suggested
-- How many suggestions nobody has answered.
SELECT count(*) AS suggestions FROM tags WHERE kind = 'suggestion' AND ($tag IS NULL OR tag = $tag)

-- name: to_judge
-- Tags that this person has not judged: of all tags, those least judged first; of one, its rules likewise. Then from
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

-- name: clip
SELECT * FROM clips WHERE id = $id AND (lead OR lead_suggested) ORDER BY lead DESC

-- name: any_clips
SELECT count(*) AS clips FROM clips

-- name: clips_of_call
SELECT * FROM clips WHERE recording_id = $recording_id ORDER BY turn, lead DESC, tag

-- name: calls_saying
-- The calls in which any of some phrases is said.
SELECT DISTINCT recording_id FROM clips
WHERE list_bool_or([contains(quote_words || coalesce('|' || reply_words, ''), needle) FOR needle IN $needles::VARCHAR[]])
ORDER BY recording_id

-- name: reps
-- Every rep's name in use, for suggestions.
SELECT DISTINCT rep AS name FROM calls WHERE rep IS NOT NULL ORDER BY name

-- name: customers
SELECT DISTINCT customer AS name FROM calls WHERE customer IS NOT NULL ORDER BY name
