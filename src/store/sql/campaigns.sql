-- Campaigns: see store/campaigns.h. status: 0 scheduled, 1 in progress, 2 completed, 3 canceled.

-- name: campaign_sender_of
SELECT no FROM sender WHERE account_no = $1 AND name = $2 AND deleted_ms IS NULL;

-- name: campaign_template_of
SELECT t.status, (SELECT s.no FROM sender s WHERE s.no = $3 AND s.waba_id = t.waba_id)
FROM template t WHERE t.no = $1 AND t.account_no = $2 AND t.deleted_ms IS NULL;

-- name: campaign_audience_of
SELECT version FROM audience WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: campaign_first_fields
SELECT fields FROM contact WHERE audience_no = $1 AND until_v IS NULL ORDER BY first_no LIMIT $2;

-- name: campaign_field_names
SELECT field_names FROM audience WHERE no = $1 AND field_names IS NOT NULL;

-- name: campaign_name_taken
SELECT no FROM campaign WHERE account_no = $1 AND name = $2 AND deleted_ms IS NULL;

-- name: campaign_insert
INSERT INTO campaign (account_no, name, status, sender_no, sender_name, template_no, audience_no, schedule_ms, deadline_ms,
  start_ms, on_unconfirmed, late_start_min, rate, snapshot_v, create_ms, update_ms, on_capped, brake, canary,
  canary_wait_min)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17, $18, $19)
RETURNING no;

-- name: campaign_read
SELECT * FROM campaign_seen WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2);

-- name: campaign_rename
UPDATE campaign SET name = $3, update_ms = $4 WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: campaign_reschedule
UPDATE campaign SET schedule_ms = $3, update_ms = $4
WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL AND status = 0;

-- name: campaign_cancel
UPDATE campaign SET status = 3, sweep = 1, sweep_seq = 0, end_ms = $3, update_ms = $3, hold = NULL,
  hold_rule = NULL, hold_code = NULL, hold_remedy = NULL, hold_until_ms = NULL, hold_ms = NULL
WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL AND status <= 1;

-- name: campaign_delete
UPDATE campaign SET deleted_ms = $3, status = CASE status WHEN 0 THEN 3 ELSE status END, sweep = 2, sweep_seq = 0,
  update_ms = $3
WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL AND status <> 1;

-- name: campaign_exists
SELECT status FROM campaign WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL;

-- name: campaign_next_due
SELECT schedule_ms FROM campaign WHERE status = 0 ORDER BY schedule_ms LIMIT 1
-- scan: the first row of the partial index of scheduled campaigns
;

-- name: campaigns_due
SELECT no, audience_no FROM campaign WHERE status = 0 AND schedule_ms <= $1 ORDER BY schedule_ms LIMIT 100 {for_update};

-- name: campaign_start
UPDATE campaign SET status = 1, start_ms = $2, update_ms = $2, snapshot_v = (SELECT version FROM audience WHERE no = $3)
WHERE no = $1 AND status = 0;

-- name: campaigns_running
SELECT * FROM campaign_seen WHERE status = 1 AND sender_no = $1 AND hold IS NULL ORDER BY no;

-- name: sweep_next
SELECT no, sweep, sweep_seq, next_seq FROM campaign WHERE sweep <> 0 ORDER BY no LIMIT 1 {for_update}
-- scan: the first row of the partial index of campaigns to sweep
;

-- name: sweep_progress
UPDATE campaign SET sweep = $2, sweep_seq = $3 WHERE no = $1;

-- name: sweep_cancel
UPDATE ledger SET state = 9, not_before = NULL WHERE campaign_no = $1 AND seq > $2 AND seq <= $3 AND state = 0 RETURNING seq;

-- name: sweep_remove
DELETE FROM ledger WHERE campaign_no = $1 AND seq > $2 AND seq <= $3;

-- name: sweep_tally
DELETE FROM tally WHERE campaign_no = $1;

-- name: campaign_count
SELECT COUNT(*) FROM campaign_seen
WHERE account_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($3) ESCAPE '\') AND {one_of sender_name $4 20};

-- name: campaign_list_before
SELECT * FROM campaign_seen
WHERE account_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($3) ESCAPE '\') AND {one_of sender_name $4 20}
  AND no < $24
ORDER BY no DESC LIMIT $25;

-- name: campaign_list_after
SELECT * FROM campaign_seen
WHERE account_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1)
  AND (CAST($3 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($3) ESCAPE '\') AND {one_of sender_name $4 20}
  AND no > $24
ORDER BY no LIMIT $25;
