-- Answers to requests with an Idempotency-Key: see store/idempotency.h.

-- name: idempotency_find
SELECT request_hash, status, answer FROM idempotency WHERE account_no = $1 AND key_hash = $2 AND create_ms > $3;

-- name: idempotency_keep
INSERT INTO idempotency (account_no, key_hash, request_hash, status, answer, create_ms) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_no, key_hash) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
  answer = excluded.answer, create_ms = excluded.create_ms
WHERE idempotency.create_ms <= $7;

-- name: idempotency_sweep
DELETE FROM idempotency WHERE (account_no, key_hash) IN
  (SELECT account_no, key_hash FROM idempotency WHERE create_ms <= $1 ORDER BY create_ms LIMIT $2);
