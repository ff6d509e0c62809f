-- Taps on quick replies: see store/replies.h.

-- name: reply_owner
SELECT s.app_secret_hash FROM ledger l JOIN campaign c ON c.no = l.campaign_no JOIN sender s ON s.no = c.sender_no
WHERE l.campaign_no = $1 AND l.seq = $2 AND c.deleted_ms IS NULL;

-- name: reply_insert
INSERT INTO button_reply (campaign_no, seq, button, at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (campaign_no, seq, button) DO NOTHING;

-- name: reply_tally
INSERT INTO button_tally (campaign_no, button, text, n) VALUES ($1, $2, $3, 1)
ON CONFLICT (campaign_no, button) DO UPDATE SET n = button_tally.n + 1, text = excluded.text;

-- name: reply_counts
SELECT button, text, n FROM button_tally WHERE campaign_no = $1 ORDER BY n DESC, button LIMIT $2
-- scan: sorts the few buttons of one campaign
;

-- name: sweep_replies
DELETE FROM button_reply WHERE campaign_no = $1 AND seq > $2 AND seq <= $3;

-- name: sweep_buttons
DELETE FROM button_tally WHERE campaign_no = $1;
