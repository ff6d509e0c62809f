-- The recipients of a campaign: see store/recipients.h. $2 the states as bits, $3 how many codes are wanted, $4 to $11 the codes, those of
-- rules negative, $12 its audience, $13 the beginning of the number.

-- name: recipient_count
SELECT COUNT(*) FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11));

-- name: recipient_exceptions_count
-- index: ledger_exception
SELECT COUNT(*) FROM recipient_seen
WHERE campaign_no = $1 AND state >= 7 AND seq + 0 > 0 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11));

-- What the counters know: rows by state; where codes are wanted, failed ones by code and skipped ones by rule.
-- name: recipient_total
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally
WHERE campaign_no = $1 AND kind <= 2
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(CASE kind WHEN 0 THEN bucket WHEN 1 THEN 7 ELSE 8 END AS INTEGER)) & 1) = 1)
  AND CASE WHEN CAST($3 AS BIGINT) = 0 THEN kind = 0
    ELSE kind > 0 AND CASE kind WHEN 1 THEN bucket ELSE -bucket END IN ($4, $5, $6, $7, $8, $9, $10, $11) END;

-- name: recipient_list_before
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND seq < $14 AND seq > $15
ORDER BY seq DESC LIMIT $16;

-- name: recipient_list_after
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND seq > $14 AND seq < $15
ORDER BY seq LIMIT $16;

-- Of those that failed, were left out or canceled, which have an index (on seq + 0, as otherwise SQLite takes the table's key).
-- name: recipient_exceptions_before
-- index: ledger_exception
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND state >= 7 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND seq + 0 < $14 AND seq + 0 > $15
ORDER BY seq + 0 DESC LIMIT $16;

-- name: recipient_exceptions_after
-- index: ledger_exception
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND state >= 7 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND seq + 0 > $14 AND seq + 0 < $15
ORDER BY seq + 0 LIMIT $16;

-- name: recipient_stretch
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $12
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND seq > $14 AND seq <= $15
ORDER BY seq;

-- name: recipient_beyond
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq > $2 ORDER BY seq LIMIT 1;

-- name: recipient_holds
SELECT c.hold, c.hold_rule, c.hold_ms, c.hold_code, c.hold_remedy, c.hold_until_ms,
  s.hold, s.hold_rule, s.hold_ms, s.hold_code, s.hold_remedy, s.hold_until_ms, c.on_unconfirmed
FROM campaign c JOIN sender s ON s.no = c.sender_no WHERE c.no = $1;
