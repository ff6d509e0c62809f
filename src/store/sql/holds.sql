-- Holds: see store/holds.h. A person's, rule 1, takes the place of any other; that of a sender that cannot reach WhatsApp, 14, gives
-- way to any other.

-- name: campaign_hold
UPDATE campaign SET hold = $3, hold_rule = $4, hold_code = $5, hold_remedy = $6, hold_until_ms = $7, hold_ms = $8, update_ms = $8
WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL AND status = 1
  AND (hold IS NULL OR CAST($4 AS BIGINT) = 1);

-- Locked, so that what is lifted for one rule is not another's by then.
-- name: campaign_hold_rule
SELECT hold_rule FROM campaign WHERE no = $1 AND hold IS NOT NULL {for_update};

-- name: sender_hold_rule
SELECT hold_rule FROM sender WHERE no = $1 AND hold IS NOT NULL {for_update};

-- The brake looks at what is handed over after the last minute that was. A hold that ends the canary ends its wait.
-- name: campaign_release
UPDATE campaign SET canary_until_ms = CASE WHEN hold_rule = 8 THEN NULL ELSE canary_until_ms END, hold = NULL, hold_rule = NULL, hold_code = NULL, hold_remedy = NULL, hold_until_ms = NULL, hold_ms = NULL,
  brake_from_ms = (SELECT COALESCE(MAX(bucket), 0) * 60000 FROM tally WHERE campaign_no = $1 AND kind IN (4, 14)), update_ms = $3,
  resume_ms = $3
WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL
  AND (status = 1 OR (status = 0 AND hold IS NOT NULL));

-- name: sender_hold
UPDATE sender SET hold = $3, hold_rule = $4, hold_code = $5, hold_remedy = $6, hold_until_ms = $7, hold_ms = $8, update_ms = $8,
  status = $9
WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL
  AND (hold IS NULL OR CAST($4 AS BIGINT) = 1 OR (hold_rule = 14 AND CAST($4 AS BIGINT) <> 14));

-- name: sender_release
UPDATE sender SET hold = NULL, hold_rule = NULL, hold_code = NULL, hold_remedy = NULL, hold_until_ms = NULL, hold_ms = NULL,
  update_ms = $3,
  resume_ms = CASE WHEN hold_rule = 14 THEN resume_ms ELSE $3 END, status = 'available'
WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL;

-- name: senders_of_waba
SELECT no FROM sender
WHERE app_secret_hash = $1 AND waba_id = $2 AND deleted_ms IS NULL AND (CAST($3 AS TEXT) IS NULL OR code = $3) ORDER BY no;

-- name: sender_campaigns
SELECT c.no FROM sender s JOIN campaign c ON c.account_no = s.account_no AND c.status IN (0, 1)
WHERE s.no = $1 AND c.sender_no = $1 AND c.kind = 0 AND c.deleted_ms IS NULL ORDER BY c.no;

-- name: campaign_start_gate
SELECT a.blocked, c.schedule_ms, c.late_start_min, t.meta_status
FROM campaign c JOIN account a ON a.no = c.account_no JOIN template t ON t.no = c.template_no WHERE c.no = $1;

-- name: template_campaigns
SELECT no FROM campaign WHERE template_no = $1 AND status <= 1 AND status = 1 AND kind = 0 AND hold IS NULL AND deleted_ms IS NULL ORDER BY no;

-- name: template_held
SELECT no FROM campaign
WHERE template_no = $1 AND status <= 1 AND status = 1 AND kind = 0 AND deleted_ms IS NULL
  AND (hold_rule = $2 OR (hold_rule = $3 AND hold_code = $4))
ORDER BY no;

-- name: brake_gate
SELECT brake, brake_from_ms FROM campaign WHERE no = $1 AND status = 1 AND hold IS NULL AND kind = 0;

-- name: brake_count
SELECT CAST(COALESCE(SUM(CASE WHEN kind = 13 THEN 0 ELSE n END), 0) AS BIGINT),
  CAST(COALESCE(SUM(CASE WHEN kind = 13 THEN n ELSE 0 END), 0) AS BIGINT)
FROM tally WHERE campaign_no = $1 AND kind IN (4, 13, 14) AND bucket > $2 AND bucket <= $3;

-- name: canary_room
SELECT c.canary - (SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM tally WHERE campaign_no = c.no AND kind = 0 AND bucket >= 1 AND bucket <= 7)
FROM campaign c WHERE c.no = $1 AND c.canary > c.canary_taken;

-- name: canary_again
UPDATE campaign SET canary_taken = 0 WHERE no = $1;

-- name: canary_claimed
UPDATE campaign SET canary_taken = canary_taken + $2,
  canary_until_ms = CASE WHEN canary_taken + $2 >= canary THEN CAST($3 AS BIGINT) + canary_wait_min * 60000 END
WHERE no = $1 AND canary > canary_taken
RETURNING canary_until_ms;

-- The first recipients were written to and not judged yet, and nothing holds it.
-- name: canary_waits
SELECT canary_until_ms FROM campaign WHERE no = $1 AND canary_until_ms IS NOT NULL AND hold IS NULL AND status = 1;

-- name: campaign_hold_next
SELECT hold_until_ms FROM campaign WHERE hold_until_ms IS NOT NULL ORDER BY hold_until_ms LIMIT 1;

-- name: sender_hold_next
SELECT hold_until_ms FROM sender WHERE hold_until_ms IS NOT NULL ORDER BY hold_until_ms LIMIT 1;

-- name: campaign_holds_end
SELECT no FROM campaign WHERE hold_until_ms IS NOT NULL AND hold_until_ms <= $1 AND status = 1 AND deleted_ms IS NULL ORDER BY hold_until_ms;

-- name: sender_holds_end
SELECT no FROM sender WHERE hold_until_ms IS NOT NULL AND hold_until_ms <= $1 AND deleted_ms IS NULL ORDER BY hold_until_ms;
