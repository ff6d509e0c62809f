-- A backup that is opened for the first time: see store/backup.h.

-- name: backup_marked
SELECT value FROM setting WHERE name = 'backup';

-- name: backup_mark
INSERT INTO setting (name, value) VALUES ('backup', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: backup_unmark
DELETE FROM setting WHERE name = 'backup';

-- name: backup_campaigns
SELECT no FROM campaign WHERE status <= 1 AND kind = 0 AND deleted_ms IS NULL
-- scan: once, after a restore
;

-- name: backup_hold
UPDATE campaign SET hold = $2, hold_rule = $3, hold_code = $4, hold_remedy = $5, hold_until_ms = $6, hold_ms = $7, update_ms = $7
WHERE no = $1;

-- What a person decided may have been done since.
-- name: backup_undecide
UPDATE campaign SET decide = 0 WHERE decide <> 0
-- scan: once, after a restore
;

-- name: backup_singles
SELECT l.campaign_no, l.seq FROM campaign c JOIN ledger l ON l.campaign_no = c.no
WHERE c.kind = 1 AND l.state = 0 AND (l.campaign_no > $1 OR (l.campaign_no = $1 AND l.seq > $2))
ORDER BY l.campaign_no, l.seq LIMIT $3;
