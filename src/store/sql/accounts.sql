-- Accounts and API keys: see store/accounts.h.

-- name: account_first
SELECT no FROM account ORDER BY no LIMIT 1
-- scan: one row
;

-- name: account_insert
INSERT INTO account (username, first_name, last_name, currency, create_ms, update_ms) VALUES ($1, '', '', 'USD', $2, $2)
RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: account_read
SELECT no, username, first_name, last_name, currency, blocked, create_ms, update_ms FROM account WHERE no = $1;

-- name: account_find
SELECT no, username, first_name, last_name, currency, blocked, create_ms, update_ms FROM account WHERE username = $1;

-- name: account_list
SELECT no, username, first_name, last_name, currency, blocked, create_ms, update_ms FROM account WHERE no > $1
ORDER BY no LIMIT $2;

-- name: account_set_names
UPDATE account SET first_name = $2, last_name = $3 WHERE no = $1;

-- name: account_block
UPDATE account SET blocked = $2, update_ms = $3 WHERE no = $1;

-- name: account_campaigns
SELECT no FROM campaign WHERE account_no = $1 AND status = 1 AND kind = 0 AND hold IS NULL AND deleted_ms IS NULL;

-- name: key_find
SELECT k.no, k.account_no, k.name, k.role, k.create_ms, k.used_ms, a.blocked
FROM api_key k JOIN account a ON a.no = k.account_no WHERE k.hash = $1;

-- name: key_insert
INSERT INTO api_key (account_no, name, role, hash, create_ms) VALUES ($1, $2, $3, $4, $5) RETURNING no;

-- name: key_count
SELECT COUNT(*) FROM api_key WHERE account_no = $1;

-- name: key_list_before
SELECT no, account_no, name, role, create_ms, used_ms FROM api_key WHERE account_no = $1 AND no < $2 ORDER BY no DESC LIMIT $3;

-- name: key_list_after
SELECT no, account_no, name, role, create_ms, used_ms FROM api_key WHERE account_no = $1 AND no > $2 ORDER BY no LIMIT $3;

-- name: key_read
SELECT no, account_no, name, role, create_ms, used_ms FROM api_key WHERE no = $1 AND account_no = $2;

-- name: key_admins
SELECT COUNT(*) FROM api_key WHERE account_no = $1 AND role = 2;

-- name: key_delete
DELETE FROM api_key WHERE no = $1 AND account_no = $2;

-- name: key_promote
UPDATE api_key SET role = 2 WHERE no = $1;

-- name: key_used
UPDATE api_key SET used_ms = $2 WHERE no = $1;
