-- What a person decides about what is unconfirmed: see store/decisions.h.

-- part: decided
SELECT c.no, c.account_no, c.status, c.deleted_ms, COALESCE(t.deleted_ms, 0) + COALESCE(s.deleted_ms, 0), c.deadline_ms,
  (SELECT n FROM tally WHERE campaign_no = c.no AND kind = 0 AND bucket = 2), c.decide, c.decide_seq, c.decide_ms
FROM campaign c JOIN sender s ON s.no = c.sender_no JOIN template t ON t.no = c.template_no

-- name: decide_gate
{decided} WHERE c.no = $1 AND c.kind = 0 {for_update_of_c};

-- name: decide_next
{decided} WHERE c.decide <> 0 ORDER BY c.no LIMIT 1 {for_update_of_c}
-- scan: the first row of the partial index of campaigns with a decision under way
;

-- name: decide_begin
UPDATE campaign SET decide = $2, decide_seq = 0, decide_ms = $3 WHERE no = $1;

-- name: decide_progress
UPDATE campaign SET decide_seq = $2 WHERE no = $1;

-- name: decide_over
UPDATE campaign SET decide = 0 WHERE no = $1;

-- name: decide_rows
-- index: ledger_in_doubt
SELECT seq FROM ledger WHERE campaign_no = $1 AND seq + 0 > $2 AND state = 2 AND doubt_ms <= $3 ORDER BY seq + 0 LIMIT $4;
