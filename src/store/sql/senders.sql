-- Senders: see store/senders.h.

-- name: sender_insert
INSERT INTO sender (account_no, name, code, phone_number_id, waba_id, token, app_secret, app_secret_hash, status, quality, tier,
  limit_mps, rate_cap, create_ms, update_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'available', 'UNKNOWN', '', $9, $10, $11, $11)
RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: sender_read
SELECT * FROM sender_seen WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2);

-- name: sender_by_name
SELECT * FROM sender_seen WHERE account_no = $1 AND name = $2;

-- name: sender_by_code
SELECT * FROM sender_seen WHERE account_no = $1 AND code = $2 ORDER BY no LIMIT 1;

-- name: sender_by_phone
SELECT no FROM sender WHERE phone_number_id = $1 AND deleted_ms IS NULL;

-- name: sender_count
SELECT COUNT(*) FROM sender_seen
WHERE account_no = $1 AND {one_of name $3 20}
  AND (CAST($2 AS TEXT) IS NULL OR ',' || $2 || ',' LIKE '%,' || status || ',%');

-- name: sender_list_before
SELECT * FROM sender_seen
WHERE account_no = $1 AND {one_of name $3 20}
  AND (CAST($2 AS TEXT) IS NULL OR ',' || $2 || ',' LIKE '%,' || status || ',%') AND no < $23
ORDER BY no DESC LIMIT $24;

-- name: sender_list_after
SELECT * FROM sender_seen
WHERE account_no = $1 AND {one_of name $3 20}
  AND (CAST($2 AS TEXT) IS NULL OR ',' || $2 || ',' LIKE '%,' || status || ',%') AND no > $23
ORDER BY no LIMIT $24;

-- name: sender_list_all
SELECT * FROM sender_seen ORDER BY no
-- scan: every number of the installation has a lane
;

-- name: sender_update
UPDATE sender SET name = COALESCE($3, name), rate_cap = COALESCE($4, rate_cap), update_ms = $5
WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: sender_new_token
UPDATE sender SET token = $2 WHERE no = $1 AND deleted_ms IS NULL;

-- name: sender_new_secret
UPDATE sender SET app_secret = $2, app_secret_hash = $3 WHERE no = $1 AND deleted_ms IS NULL;

-- name: sender_in_use
SELECT no FROM campaign WHERE account_no = $1 AND status = $2 AND sender_no = $3 AND deleted_ms IS NULL LIMIT 1;

-- name: sender_delete
UPDATE sender SET deleted_ms = $2, update_ms = $2, epoch = epoch + 1, node_no = 0 WHERE no = $1;

-- name: sender_token
SELECT token FROM sender WHERE no = $1 AND deleted_ms IS NULL;

-- name: app_secrets
SELECT app_secret_hash, app_secret FROM sender WHERE deleted_ms IS NULL ORDER BY app_secret_hash
-- scan: read into memory when a sender changes
;

-- name: sender_set_record
UPDATE sender SET limit_mps = CASE WHEN CAST($2 AS BIGINT) > 0 THEN $2 ELSE limit_mps END, quality = $3, tier = $4, update_ms = $5
WHERE no = $1 AND deleted_ms IS NULL;

-- name: sender_red
SELECT red FROM sender WHERE no = $1 {for_update};

-- name: sender_set_red
UPDATE sender SET red = $2 WHERE no = $1;

-- name: sender_ask_again
UPDATE sender SET refresh_ms = $3 WHERE app_secret_hash = $1 AND waba_id = $2 AND deleted_ms IS NULL;

-- name: sender_asked_again
UPDATE sender SET refresh_ms = 0 WHERE refresh_ms > 0 AND deleted_ms IS NULL;
