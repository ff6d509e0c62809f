-- The ledger: see store/ledger.h. Rows are moved by ledger_store alone, loaded before by ledger_load.

-- name: ledger_load
SELECT state, attempts, epoch, not_before, code, held, claimed_ms, doubt_ms, accepted_ms, sent_ms, delivered_ms, read_ms,
  failed_ms, wamid, detail, country, caps, tried_ms
FROM ledger WHERE campaign_no = $1 AND seq = $2 {for_update};

-- name: ledger_store
UPDATE ledger SET state = $3, attempts = $4, epoch = $5, not_before = $6, code = $7, held = $8, claimed_ms = $9,
  doubt_ms = $10, accepted_ms = $11, sent_ms = $12, delivered_ms = $13, read_ms = $14, failed_ms = $15, wamid = $16,
  detail = $17, caps = $18, tried_ms = $19
WHERE campaign_no = $1 AND seq = $2;

-- name: ledger_insert
INSERT INTO ledger (campaign_no, seq, contact_no, state, code, country) VALUES ($1, $2, $3, $4, $5, $6);

-- name: freeze_gate
SELECT c.status, c.frozen, c.account_no, c.audience_no, c.snapshot_v, c.freeze_no, c.next_seq, c.template_no
FROM campaign c WHERE c.no = $1 {for_update_of_c};

-- name: candidates
SELECT c.no, c.number, c.first_name, c.last_name, c.custom1, c.custom2, c.fields, o.out, c.country, c.first_no
FROM contact c LEFT JOIN optout o ON o.account_no = $4 AND o.number = c.number
WHERE c.audience_no = $1 AND c.no > $2 AND c.since_v <= $3 AND (c.until_v IS NULL OR c.until_v > $3)
ORDER BY c.no LIMIT $5;

-- name: freeze_progress
UPDATE campaign SET freeze_no = $2, next_seq = $3, frozen = $4 WHERE no = $1;

-- name: claim_gate
SELECT c.status, c.hold, CASE WHEN s.hold_rule <> 14 THEN s.hold END, CASE WHEN s.node_no = 0 THEN 0 ELSE s.epoch END, c.claim_seq, c.next_seq, c.start_ms, c.deadline_ms, c.audience_no,
  c.account_no, c.kind, CASE WHEN p.limit_24h IS NOT NULL THEN s.portfolio_no END
FROM campaign c JOIN sender s ON s.no = c.sender_no LEFT JOIN portfolio p ON p.no = s.portfolio_no
WHERE c.no = $1 AND c.sender_no = $2 {for_update_of_c_s};

-- Behind the contact the columns of ledger_load, in claim_fresh too.
-- name: claim_retries
SELECT l.seq, o.out, ct.no, ct.first_no, ct.number, ct.first_name, ct.last_name, ct.custom1, ct.custom2, ct.fields,
  l.state, l.attempts, l.epoch, l.not_before, l.code, l.held, l.claimed_ms, l.doubt_ms, l.accepted_ms,
  l.sent_ms, l.delivered_ms, l.read_ms, l.failed_ms, l.wamid, l.detail, l.country, l.caps, l.tried_ms
FROM ledger l JOIN contact ct ON ct.audience_no = $2 AND ct.no = l.contact_no
  LEFT JOIN optout o ON o.account_no = $3 AND o.number = ct.number
WHERE l.campaign_no = $1 AND l.state = 0 AND l.not_before IS NOT NULL AND l.not_before <= $4
ORDER BY l.not_before LIMIT $5 {for_update_of_l};

-- name: claim_fresh
SELECT l.seq, o.out, ct.no, ct.first_no, ct.number, ct.first_name, ct.last_name, ct.custom1, ct.custom2, ct.fields,
  l.state, l.attempts, l.epoch, l.not_before, l.code, l.held, l.claimed_ms, l.doubt_ms, l.accepted_ms,
  l.sent_ms, l.delivered_ms, l.read_ms, l.failed_ms, l.wamid, l.detail, l.country, l.caps, l.tried_ms
FROM ledger l JOIN contact ct ON ct.audience_no = $2 AND ct.no = l.contact_no
  LEFT JOIN optout o ON o.account_no = $3 AND o.number = ct.number
WHERE l.campaign_no = $1 AND l.seq > $4 AND l.state = 0 AND l.not_before IS NULL
ORDER BY l.seq LIMIT $5 {for_update_of_l};

-- name: claim_progress
UPDATE campaign SET claim_seq = $2 WHERE no = $1;

-- name: claim_noted
UPDATE sender SET last_claim_ms = $2 WHERE no = $1;

-- name: expired_rows
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq > $2 AND state = 0 AND not_before IS NULL ORDER BY seq LIMIT $3;

-- name: expired_retries
SELECT seq FROM ledger WHERE campaign_no = $1 AND state = 0 AND not_before IS NOT NULL AND not_before >= $2
ORDER BY not_before LIMIT $3;

-- name: late_last
SELECT not_before FROM ledger WHERE campaign_no = $1 AND state = 0 AND not_before IS NOT NULL AND not_before > $2
ORDER BY not_before DESC LIMIT 1;

-- name: late_count
SELECT COUNT(*) FROM (
  SELECT 1 FROM ledger WHERE campaign_no = $1 AND state = 0 AND not_before IS NOT NULL AND not_before > $2 LIMIT $3) late;

-- name: next_retry
SELECT l.not_before FROM campaign c JOIN ledger l ON l.campaign_no = c.no
WHERE c.no = $1 AND l.state = 0 AND l.not_before IS NOT NULL ORDER BY l.not_before LIMIT 1;

-- name: ledger_gate
SELECT c.status, c.kind + c.on_capped, COALESCE(c.deleted_ms, 0) + COALESCE(t.deleted_ms, 0) + COALESCE(s.deleted_ms, 0),
  c.deadline_ms, c.start_ms, c.account_no, c.sender_no, s.app_secret_hash,
  CASE WHEN p.limit_24h IS NOT NULL THEN s.portfolio_no END, c.kind,
  c.resume_ms, s.resume_ms
FROM campaign c JOIN sender s ON s.no = c.sender_no JOIN template t ON t.no = c.template_no
  LEFT JOIN portfolio p ON p.no = s.portfolio_no
WHERE c.no = $1;

-- name: ledger_gate_lock
SELECT no FROM campaign WHERE no = $1 {for_update};

-- name: capped_note
INSERT INTO capped (account_no, number, at_ms)
SELECT CAST($3 AS BIGINT), ct.number, CAST($4 AS BIGINT) FROM ledger l JOIN campaign c ON c.no = l.campaign_no
  JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no
WHERE l.campaign_no = $1 AND l.seq = $2
ON CONFLICT (account_no, number) DO UPDATE SET at_ms = excluded.at_ms;

-- name: evidence_noted
UPDATE sender SET evidence_ms = $2 WHERE no = $1 AND evidence_ms < $2;

-- name: doubt_campaigns
SELECT t.campaign_no FROM tally t JOIN campaign c ON c.no = t.campaign_no
WHERE t.kind = 0 AND t.bucket = 1 AND t.n > 0 AND c.sender_no = $1
-- scan: reads the partial index of campaigns with claimed rows, a handful
;

-- name: doubt_rows
-- index: ledger_in_doubt
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq + 0 > 0 AND state = 1 AND epoch < $2 ORDER BY seq + 0;

-- name: resend_gate
SELECT s.last_claim_ms, s.evidence_ms FROM sender s WHERE s.no = $1;

-- name: resend_rows
-- index: ledger_in_doubt
SELECT seq, claimed_ms, doubt_ms FROM ledger WHERE campaign_no = $1 AND seq + 0 > 0 AND state = 2 ORDER BY seq + 0 LIMIT $2;

-- name: settle_gate
SELECT c.status, c.frozen, c.on_unconfirmed,
  (SELECT n FROM tally WHERE campaign_no = c.no AND kind = 0 AND bucket = 0),
  (SELECT n FROM tally WHERE campaign_no = c.no AND kind = 0 AND bucket = 1),
  (SELECT n FROM tally WHERE campaign_no = c.no AND kind = 0 AND bucket = 2)
FROM campaign c WHERE c.no = $1 AND c.kind = 0;

-- name: settle_complete
UPDATE campaign SET status = 2, end_ms = $2, update_ms = $2, hold = NULL, hold_rule = NULL, hold_code = NULL,
  hold_remedy = NULL, hold_until_ms = NULL, hold_ms = NULL, canary_until_ms = NULL
WHERE no = $1 AND status = 1;

-- name: settle_reopen
UPDATE campaign SET status = 1, end_ms = NULL, update_ms = $2 WHERE no = $1 AND status = 2;

-- name: tally_add
INSERT INTO tally (campaign_no, kind, bucket, n) VALUES ($1, $2, $3, $4)
ON CONFLICT (campaign_no, kind, bucket) DO UPDATE SET n = tally.n + excluded.n;

-- name: tally_read
SELECT kind, bucket, n FROM tally WHERE campaign_no = $1 AND kind <= $2 ORDER BY kind, bucket;

-- name: tally_states
SELECT bucket, n FROM tally WHERE campaign_no = $1 AND kind = 0;

-- name: ledger_read
SELECT 0, 0, ledger_seen.* FROM ledger_seen WHERE campaign_no = $1 AND seq = $2 AND account_no = $3;

-- name: ledger_row_near
SELECT seq, contact_no FROM ledger WHERE campaign_no = $1 AND seq >= $2 ORDER BY seq LIMIT 1;

-- name: ledger_end
SELECT next_seq FROM campaign WHERE no = $1;

-- name: ledger_numbers
SELECT no FROM contact WHERE audience_no = $1 AND until_v IS NULL AND number >= $2 AND number <= $3
UNION ALL SELECT no FROM contact WHERE audience_no = $1 AND until_v IS NOT NULL AND number >= $2 AND number <= $3 LIMIT $4;
