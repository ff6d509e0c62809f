-- Messages as they are listed: see store/messages.h. Those of campaigns, single ones, and what people wrote are three statements with
-- one order: by time, then by what stands in the second column.

-- name: message_rows_tally
SELECT CAST(COALESCE(SUM(t.n), 0) AS BIGINT) FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 0
WHERE c.account_no = $1 AND c.kind = 0 AND c.deleted_ms IS NULL AND {int_of c.no $25 10}
  AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || c.sender_no || ',%') AND c.start_ms >= $3 AND c.start_ms <= $4
  AND {one_of c.sender_name $5 20};

-- name: message_rows_count
SELECT COUNT(*) FROM ledger_seen WHERE account_no = $1 AND kind = 0 AND {int_of own_no $47 10} AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || sender_no || ',%') AND start_ms >= $4 AND start_ms <= $5
  AND {within number $7 10}
  AND (CAST($6 AS TEXT) IS NULL OR $6 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = ledger_seen.audience_no AND g.no = contact_no) || ',%')
  AND {one_of sender_name $27 20};

-- name: message_exceptions_tally
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally WHERE campaign_no = $1 AND kind = 0 AND bucket >= 7;

-- The rows of one campaign; message_exceptions_…: those that failed, were left out or canceled, which have an index
-- (on seq + 0, as otherwise SQLite takes the table's key).
-- name: message_rows_before
SELECT campaign_start_ms, campaign_no * 4294967296 + seq, ledger_seen.* FROM ledger_seen
WHERE campaign_no = $1 AND seq > $2 AND seq < $3
  AND (CAST($4 AS BIGINT) = 0 OR ((CAST($4 AS BIGINT) >> CAST(status_no AS INTEGER)) & 1) = 1)
  AND {within number $6 10}
  AND (CAST($5 AS TEXT) IS NULL OR $5 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = ledger_seen.audience_no AND g.no = contact_no) || ',%')
ORDER BY seq DESC LIMIT $26;

-- name: message_rows_after
SELECT campaign_start_ms, campaign_no * 4294967296 + seq, ledger_seen.* FROM ledger_seen
WHERE campaign_no = $1 AND seq > $2 AND seq < $3
  AND (CAST($4 AS BIGINT) = 0 OR ((CAST($4 AS BIGINT) >> CAST(status_no AS INTEGER)) & 1) = 1)
  AND {within number $6 10}
  AND (CAST($5 AS TEXT) IS NULL OR $5 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = ledger_seen.audience_no AND g.no = contact_no) || ',%')
ORDER BY seq LIMIT $26;

-- name: message_exceptions_before
-- index: ledger_exception
SELECT campaign_start_ms, campaign_no * 4294967296 + seq, ledger_seen.* FROM ledger_seen
WHERE campaign_no = $1 AND seq + 0 > $2 AND seq + 0 < $3 AND state >= 7
  AND (CAST($4 AS BIGINT) = 0 OR ((CAST($4 AS BIGINT) >> CAST(status_no AS INTEGER)) & 1) = 1)
  AND {within number $6 10}
  AND (CAST($5 AS TEXT) IS NULL OR $5 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = ledger_seen.audience_no AND g.no = contact_no) || ',%')
ORDER BY seq + 0 DESC LIMIT $26;

-- name: message_exceptions_after
-- index: ledger_exception
SELECT campaign_start_ms, campaign_no * 4294967296 + seq, ledger_seen.* FROM ledger_seen
WHERE campaign_no = $1 AND seq + 0 > $2 AND seq + 0 < $3 AND state >= 7
  AND (CAST($4 AS BIGINT) = 0 OR ((CAST($4 AS BIGINT) >> CAST(status_no AS INTEGER)) & 1) = 1)
  AND {within number $6 10}
  AND (CAST($5 AS TEXT) IS NULL OR $5 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = ledger_seen.audience_no AND g.no = contact_no) || ',%')
ORDER BY seq + 0 LIMIT $26;

-- The campaigns whose rows may be on a page, from the one where it begins on.
-- name: message_campaigns_before
SELECT start_ms, no, audience_no, next_seq FROM campaign
WHERE account_no = $1 AND kind = 0 AND deleted_ms IS NULL AND start_ms <= CAST($5 AS BIGINT)
  AND (start_ms < CAST($5 AS BIGINT) OR no <= CAST($6 AS BIGINT)) AND {int_of no $27 10}
  AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%') AND start_ms >= $3 AND start_ms <= $4
  AND {one_of sender_name $7 20}
ORDER BY start_ms DESC, no DESC LIMIT $37;

-- name: message_campaigns_after
SELECT start_ms, no, audience_no, next_seq FROM campaign
WHERE account_no = $1 AND kind = 0 AND deleted_ms IS NULL AND start_ms >= CAST($5 AS BIGINT)
  AND (start_ms > CAST($5 AS BIGINT) OR no >= CAST($6 AS BIGINT)) AND {int_of no $27 10}
  AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%') AND start_ms >= $3 AND start_ms <= $4
  AND {one_of sender_name $7 20}
ORDER BY start_ms, no LIMIT $37;

-- Single messages, and what people wrote, between two places of the list. …_edge_…: the place that many rows away.
-- name: message_singles_edge_before
SELECT create_ms, campaign_no * 4294967296 + seq FROM single
WHERE account_no = $1 AND create_ms >= CAST($2 AS BIGINT) AND create_ms <= CAST($4 AS BIGINT)
  AND (create_ms > CAST($2 AS BIGINT) OR campaign_no * 4294967296 + seq > CAST($3 AS BIGINT))
  AND (create_ms < CAST($4 AS BIGINT) OR campaign_no * 4294967296 + seq < CAST($5 AS BIGINT))
ORDER BY create_ms DESC, campaign_no DESC, seq DESC LIMIT 1 OFFSET $6;

-- name: message_singles_edge_after
SELECT create_ms, campaign_no * 4294967296 + seq FROM single
WHERE account_no = $1 AND create_ms >= CAST($2 AS BIGINT) AND create_ms <= CAST($4 AS BIGINT)
  AND (create_ms > CAST($2 AS BIGINT) OR campaign_no * 4294967296 + seq > CAST($3 AS BIGINT))
  AND (create_ms < CAST($4 AS BIGINT) OR campaign_no * 4294967296 + seq < CAST($5 AS BIGINT))
ORDER BY create_ms, campaign_no, seq LIMIT 1 OFFSET $6;

-- name: message_singles_count
SELECT COUNT(*)
FROM single x JOIN ledger_seen m ON m.campaign_no = x.campaign_no AND m.seq = x.seq
WHERE x.account_no = $1
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $29 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND {within m.number $9 10}
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT));

-- name: message_singles_before
SELECT x.create_ms, x.campaign_no * 4294967296 + x.seq, m.*
FROM single x JOIN ledger_seen m ON m.campaign_no = x.campaign_no AND m.seq = x.seq
WHERE x.account_no = $1
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $29 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND {within m.number $9 10}
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT))
ORDER BY x.create_ms DESC, x.campaign_no DESC, x.seq DESC LIMIT $49;

-- name: message_singles_after
SELECT x.create_ms, x.campaign_no * 4294967296 + x.seq, m.*
FROM single x JOIN ledger_seen m ON m.campaign_no = x.campaign_no AND m.seq = x.seq
WHERE x.account_no = $1
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $29 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND {within m.number $9 10}
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT))
ORDER BY x.create_ms, x.campaign_no, x.seq LIMIT $49;

-- Few numbers that begin alike are found by their index, in the audiences of single messages, and then put in order.
-- name: message_singles_numbers
SELECT COUNT(*) FROM (
  SELECT 1 FROM sender s CROSS JOIN campaign c CROSS JOIN contact n
  WHERE s.account_no = $1 AND c.sender_no = s.no AND c.kind = 1
    AND n.audience_no = c.audience_no AND n.until_v IS NOT NULL AND n.number >= $2 AND n.number <= $3 LIMIT 1001) m;

-- name: message_singles_numbered_count
WITH few AS MATERIALIZED (
  SELECT c.no AS campaign_no, n.no AS seq FROM sender s CROSS JOIN campaign c CROSS JOIN contact n
  WHERE s.account_no = $1 AND c.sender_no = s.no AND c.kind = 1
    AND n.audience_no = c.audience_no AND n.until_v IS NOT NULL AND n.number >= $9 AND n.number <= $10 LIMIT 1000)
SELECT COUNT(*)
FROM few CROSS JOIN single x CROSS JOIN ledger_seen m
WHERE x.campaign_no = few.campaign_no AND x.seq = few.seq AND m.campaign_no = few.campaign_no AND m.seq = few.seq
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $11 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT));

-- name: message_singles_numbered_before
WITH few AS MATERIALIZED (
  SELECT c.no AS campaign_no, n.no AS seq FROM sender s CROSS JOIN campaign c CROSS JOIN contact n
  WHERE s.account_no = $1 AND c.sender_no = s.no AND c.kind = 1
    AND n.audience_no = c.audience_no AND n.until_v IS NOT NULL AND n.number >= $9 AND n.number <= $10 LIMIT 1000)
SELECT x.create_ms, x.campaign_no * 4294967296 + x.seq, m.*
FROM few CROSS JOIN single x CROSS JOIN ledger_seen m
WHERE x.campaign_no = few.campaign_no AND x.seq = few.seq AND m.campaign_no = few.campaign_no AND m.seq = few.seq
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $11 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT))
ORDER BY x.create_ms DESC, x.campaign_no DESC, x.seq DESC LIMIT $31
-- scan: sorts at most a thousand rows
;

-- name: message_singles_numbered_after
WITH few AS MATERIALIZED (
  SELECT c.no AS campaign_no, n.no AS seq FROM sender s CROSS JOIN campaign c CROSS JOIN contact n
  WHERE s.account_no = $1 AND c.sender_no = s.no AND c.kind = 1
    AND n.audience_no = c.audience_no AND n.until_v IS NOT NULL AND n.number >= $9 AND n.number <= $10 LIMIT 1000)
SELECT x.create_ms, x.campaign_no * 4294967296 + x.seq, m.*
FROM few CROSS JOIN single x CROSS JOIN ledger_seen m
WHERE x.campaign_no = few.campaign_no AND x.seq = few.seq AND m.campaign_no = few.campaign_no AND m.seq = few.seq
  AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(m.status_no AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || m.sender_no || ',%') AND {one_of m.sender_name $11 20}
  AND (CAST($4 AS TEXT) IS NULL OR $4 LIKE '%,' || (SELECT g.country FROM contact g WHERE g.audience_no = m.audience_no AND g.no = m.contact_no) || ',%')
  AND x.create_ms >= CAST($5 AS BIGINT) AND x.create_ms <= CAST($7 AS BIGINT)
  AND (x.create_ms > CAST($5 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq > CAST($6 AS BIGINT))
  AND (x.create_ms < CAST($7 AS BIGINT) OR x.campaign_no * 4294967296 + x.seq < CAST($8 AS BIGINT))
ORDER BY x.create_ms, x.campaign_no, x.seq LIMIT $31
-- scan: sorts at most a thousand rows
;

-- name: message_singles_tally
SELECT CAST(COALESCE(SUM(t.n), 0) AS BIGINT)
FROM sender s JOIN campaign c ON c.sender_no = s.no AND c.kind = 1 JOIN tally t ON t.campaign_no = c.no AND t.kind = 0
WHERE s.account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || c.sender_no || ',%') AND {one_of c.sender_name $3 20};

-- name: message_inbound_edge_before
SELECT create_ms, no - 4611686018427387904 FROM inbound
WHERE account_no = $1 AND create_ms >= CAST($2 AS BIGINT) AND create_ms <= CAST($4 AS BIGINT)
  AND (create_ms > CAST($2 AS BIGINT) OR no - 4611686018427387904 > CAST($3 AS BIGINT))
  AND (create_ms < CAST($4 AS BIGINT) OR no - 4611686018427387904 < CAST($5 AS BIGINT))
ORDER BY create_ms DESC, no DESC LIMIT 1 OFFSET $6;

-- name: message_inbound_edge_after
SELECT create_ms, no - 4611686018427387904 FROM inbound
WHERE account_no = $1 AND create_ms >= CAST($2 AS BIGINT) AND create_ms <= CAST($4 AS BIGINT)
  AND (create_ms > CAST($2 AS BIGINT) OR no - 4611686018427387904 > CAST($3 AS BIGINT))
  AND (create_ms < CAST($4 AS BIGINT) OR no - 4611686018427387904 < CAST($5 AS BIGINT))
ORDER BY create_ms, no LIMIT 1 OFFSET $6;

-- name: message_inbound_count
SELECT COUNT(*) FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%')
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT));

-- name: message_inbound_before
SELECT create_ms, no - 4611686018427387904, inbound_seen.* FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%')
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT))
ORDER BY create_ms DESC, no DESC LIMIT $28;

-- name: message_inbound_after
SELECT create_ms, no - 4611686018427387904, inbound_seen.* FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%')
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT))
ORDER BY create_ms, no LIMIT $28;

-- Of one person, which has an index.
-- name: message_inbound_of_count
SELECT COUNT(*) FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%') AND number = $28
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT));

-- name: message_inbound_of_before
SELECT create_ms, no - 4611686018427387904, inbound_seen.* FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%') AND number = $28
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT))
ORDER BY create_ms DESC, no DESC LIMIT $29;

-- name: message_inbound_of_after
SELECT create_ms, no - 4611686018427387904, inbound_seen.* FROM inbound_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR $2 LIKE '%,' || sender_no || ',%')
  AND {within sender_code $8 10}
  AND (CAST($3 AS TEXT) IS NULL OR $3 LIKE '%,' || country || ',%') AND number = $28
  AND create_ms >= CAST($4 AS BIGINT) AND create_ms <= CAST($6 AS BIGINT)
  AND (create_ms > CAST($4 AS BIGINT) OR no - 4611686018427387904 > CAST($5 AS BIGINT))
  AND (create_ms < CAST($6 AS BIGINT) OR no - 4611686018427387904 < CAST($7 AS BIGINT))
ORDER BY create_ms, no LIMIT $29;

-- name: message_inbound_read
SELECT 0, 0, inbound_seen.* FROM inbound_seen WHERE no = $1 AND account_no = $2;
