-- The recipients of a campaign: see store/recipients.h. $2 the states as bits, $3 its audience, $4 the beginning of the number, $5 how many codes
-- are wanted, $6 to $13 the codes, those of rules negative.

-- name: recipient_count
SELECT COUNT(*) FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13));

-- name: recipient_total
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally
WHERE campaign_no = $1 AND kind = 0 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(bucket AS INTEGER)) & 1) = 1);

-- name: recipient_list_before
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13))
  AND seq < $14 AND seq > $15
ORDER BY seq DESC LIMIT $16;

-- name: recipient_list_after
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13))
  AND seq > $14 AND seq < $15
ORDER BY seq LIMIT $16;

-- Of those that failed, were left out or canceled, which have an index.
-- name: recipient_exceptions_before
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND state >= 7 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13))
  AND seq < $14 AND seq > $15
ORDER BY seq DESC LIMIT $16;

-- name: recipient_exceptions_after
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND state >= 7 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13))
  AND seq > $14 AND seq < $15
ORDER BY seq LIMIT $16;

-- name: recipient_stretch
SELECT * FROM recipient_seen
WHERE campaign_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND audience_no = $3
  AND (CAST($4 AS TEXT) IS NULL OR number LIKE $4 ESCAPE '\')
  AND (CAST($5 AS BIGINT) = 0 OR reason IN ($6, $7, $8, $9, $10, $11, $12, $13))
  AND seq > $14 AND seq <= $15
ORDER BY seq;

-- name: recipient_beyond
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq > $2 ORDER BY seq LIMIT 1;

-- name: recipient_holds
SELECT c.hold, c.hold_rule, c.hold_ms, c.hold_code, c.hold_remedy, c.hold_until_ms,
  s.hold, s.hold_rule, s.hold_ms, s.hold_code, s.hold_remedy, s.hold_until_ms, c.on_unconfirmed
FROM campaign c JOIN sender s ON s.no = c.sender_no WHERE c.no = $1;
