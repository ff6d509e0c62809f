-- The recipients of a campaign: see store/recipients.h. $2 the states as bits, $3 how many codes are wanted, $4 to $11 the codes, those of
-- rules negative, $12 its audience, $13 the beginning of the number, $14 countries (",12,34,"), $15 a button.

-- part: wanted
campaign_no = $1 AND audience_no = $12
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1)
  AND (CAST($14 AS TEXT) IS NULL OR $14 LIKE '%,' || country || ',%')
  AND (CAST($13 AS TEXT) IS NULL OR number LIKE $13 ESCAPE '\')
  AND (CAST($3 AS BIGINT) = 0 OR reason IN ($4, $5, $6, $7, $8, $9, $10, $11))
  AND (CAST($15 AS TEXT) IS NULL OR EXISTS (
    SELECT 1 FROM button_reply b WHERE b.campaign_no = recipient_seen.campaign_no AND b.seq = recipient_seen.seq AND b.button = $15))

-- name: recipient_count
SELECT COUNT(*) FROM recipient_seen WHERE {wanted};

-- name: recipient_list_before
SELECT * FROM recipient_seen WHERE {wanted} AND seq < $16 AND seq > $17 ORDER BY seq DESC LIMIT $18;

-- name: recipient_list_after
SELECT * FROM recipient_seen WHERE {wanted} AND seq > $16 AND seq < $17 ORDER BY seq LIMIT $18;

-- name: recipient_stretch
SELECT * FROM recipient_seen WHERE {wanted} AND seq > $16 AND seq <= $17 ORDER BY seq;

-- Of those that failed, were left out or canceled, which have an index (on seq + 0, as otherwise SQLite takes the table's key).
-- name: recipient_exceptions_count
-- index: ledger_exception
SELECT COUNT(*) FROM recipient_seen WHERE {wanted} AND state >= 7 AND seq + 0 > 0;

-- name: recipient_exceptions_before
-- index: ledger_exception
SELECT * FROM recipient_seen WHERE {wanted} AND state >= 7 AND seq + 0 < $16 AND seq + 0 > $17 ORDER BY seq + 0 DESC LIMIT $18;

-- name: recipient_exceptions_after
-- index: ledger_exception
SELECT * FROM recipient_seen WHERE {wanted} AND state >= 7 AND seq + 0 > $16 AND seq + 0 < $17 ORDER BY seq + 0 LIMIT $18;

-- Of those who tapped a button (SQLite reads what stands before CROSS JOIN first).
-- part: repliers
FROM (SELECT campaign_no AS of_no, seq AS of_seq FROM button_reply WHERE campaign_no = $1 AND button = $15) r CROSS JOIN recipient_seen
WHERE campaign_no = of_no AND seq = of_seq AND {wanted}

-- name: recipient_repliers_count
-- index: button_reply_by_button
SELECT COUNT(*) {repliers};

-- name: recipient_repliers_before
-- index: button_reply_by_button
SELECT recipient_seen.* {repliers} AND of_seq < $16 AND of_seq > $17 ORDER BY of_seq DESC LIMIT $18;

-- name: recipient_repliers_after
-- index: button_reply_by_button
SELECT recipient_seen.* {repliers} AND of_seq > $16 AND of_seq < $17 ORDER BY of_seq LIMIT $18;

-- What the counters know: rows by state; where codes are wanted, failed ones by code and skipped ones by rule.
-- name: recipient_total
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally
WHERE campaign_no = $1 AND kind <= 2
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(CASE kind WHEN 0 THEN bucket WHEN 1 THEN 7 ELSE 8 END AS INTEGER)) & 1) = 1)
  AND CASE WHEN CAST($3 AS BIGINT) = 0 THEN kind = 0
    ELSE kind > 0 AND CASE kind WHEN 1 THEN bucket ELSE -bucket END IN ($4, $5, $6, $7, $8, $9, $10, $11) END;

-- By country: how often the counters of all, of the delivered, of the read and of the failed are to be counted.
-- name: recipient_country_total
SELECT CAST(COALESCE(SUM(n * CASE kind WHEN 8 THEN CAST($3 AS BIGINT) WHEN 10 THEN CAST($4 AS BIGINT) WHEN 11 THEN CAST($5 AS BIGINT)
    ELSE CAST($6 AS BIGINT) END), 0) AS BIGINT)
FROM tally WHERE campaign_no = $1 AND kind IN (8, 10, 11, 12) AND CAST($2 AS TEXT) LIKE '%,' || bucket || ',%';

-- name: recipient_button_total
SELECT n FROM button_tally WHERE campaign_no = $1 AND button = $2;

-- name: recipient_beyond
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq > $2 ORDER BY seq LIMIT 1;

-- name: recipient_holds
SELECT c.hold, c.hold_rule, c.hold_ms, c.hold_code, c.hold_remedy, c.hold_until_ms,
  s.hold, s.hold_rule, s.hold_ms, s.hold_code, s.hold_remedy, s.hold_until_ms, c.on_unconfirmed,
  c.template_no, c.sender_no
FROM campaign c JOIN sender s ON s.no = c.sender_no WHERE c.no = $1;
