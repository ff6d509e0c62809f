-- Sessions of people who signed in: see store/sessions.h.

-- name: session_find
SELECT k.no, k.account_no, k.name, k.role, k.create_ms, k.used_ms, a.blocked, s.no, s.create_ms, s.used_ms, s.expire_ms
FROM session s JOIN api_key k ON k.no = s.key_no JOIN account a ON a.no = k.account_no WHERE s.hash = $1 AND s.expire_ms > $2;

-- name: session_stands
SELECT k.no, k.account_no, k.name, k.role, k.create_ms, k.used_ms, a.blocked
FROM api_key k JOIN account a ON a.no = k.account_no
WHERE k.no = $1
  AND (CAST($2 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM session s WHERE s.no = $2 AND s.key_no = k.no AND s.expire_ms > $3));

-- name: session_insert
INSERT INTO session (key_no, hash, create_ms, used_ms, expire_ms) VALUES ($1, $2, $3, $3, $4) RETURNING no;

-- name: session_crowd
DELETE FROM session WHERE no IN (SELECT no FROM session WHERE key_no = $1 ORDER BY no DESC LIMIT 1000 OFFSET $2);

-- name: session_used
UPDATE session SET used_ms = $2, expire_ms = $3 WHERE no = $1;

-- name: session_end
DELETE FROM session WHERE no = $1;

-- name: session_sweep
DELETE FROM session WHERE no IN (SELECT no FROM session WHERE expire_ms <= $1 ORDER BY expire_ms LIMIT $2);
