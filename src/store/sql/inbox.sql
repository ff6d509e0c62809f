-- Meta's webhooks and inbound messages: see store/inbox.h.

-- name: inbox_append
INSERT INTO inbox (hash, body, create_ms, node_no, phone) VALUES ($1, $2, $3,
  COALESCE((SELECT s.node_no FROM sender s WHERE s.phone_number_id = $4 AND s.deleted_ms IS NULL), 0), $5) RETURNING no, node_no;

-- name: inbox_take
SELECT no, hash, body, phone FROM inbox WHERE node_no = $1 ORDER BY no LIMIT $2 {for_update};

-- name: inbox_oldest
SELECT create_ms FROM inbox ORDER BY no LIMIT 1
-- scan: the first row alone
;

-- name: inbox_waiting
SELECT COUNT(*) FROM inbox
-- scan: what is not applied yet, most often nothing; of SQLite by an index
;

-- name: inbox_set_aside_ever
SELECT n FROM inbox_count WHERE kind = 'set_aside';

-- name: inbox_done
DELETE FROM inbox WHERE no = $1;

-- name: inbox_aside_add
INSERT INTO inbox_aside (hash, body, reason, create_ms) VALUES ($1, $2, $3, $4);

-- name: inbox_aside_trim
DELETE FROM inbox_aside WHERE no <= (SELECT MAX(no) FROM inbox_aside) - 10000;

-- name: inbox_count_add
INSERT INTO inbox_count (kind, n) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET n = inbox_count.n + excluded.n;

-- name: inbox_counts
SELECT kind, n FROM inbox_count ORDER BY kind
-- scan: a handful of kinds, read for metrics
;

-- name: sender_of_phone
SELECT no, account_no FROM sender WHERE phone_number_id = $1 AND app_secret_hash = $2 AND deleted_ms IS NULL ORDER BY no LIMIT 1;

-- name: inbound_insert
INSERT INTO inbound (account_no, sender_no, number, wamid, type, text, payload, context_id, at_ms, create_ms, country)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (sender_no, wamid) DO NOTHING
RETURNING no;
