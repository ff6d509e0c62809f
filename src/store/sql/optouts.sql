-- Opt-outs: see store/optouts.h.

-- name: optout_turn
DELETE FROM optout WHERE account_no = $1 AND number = $2 AND out <> $3 AND at_ms <= $4;

-- name: optout_set
INSERT INTO optout (account_no, number, out, source, text, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (account_no, number) DO UPDATE SET source = excluded.source, text = excluded.text, at_ms = excluded.at_ms
WHERE optout.out = excluded.out AND optout.at_ms <= excluded.at_ms;

-- name: optout_last
SELECT at_ms FROM optout WHERE account_no = $1 AND number = $2;

-- name: optout_has
SELECT out FROM optout WHERE account_no = $1 AND number = $2;

-- name: optout_read
SELECT * FROM optout_seen WHERE no = $1 AND account_no = $2;

-- name: optout_of_number
SELECT * FROM optout_seen WHERE account_no = $1 AND number = $2;

-- name: optout_count
SELECT COUNT(*) FROM optout_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR number LIKE $2 ESCAPE '\')
  AND (CAST($3 AS TEXT) IS NULL OR ',' || $3 || ',' LIKE '%,' || source || ',%');

-- name: optout_from_top
SELECT no FROM optout WHERE account_no = $1 AND out = 1 ORDER BY no DESC LIMIT 1 OFFSET $2;

-- name: optout_list_before
SELECT * FROM optout_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR number LIKE $2 ESCAPE '\')
  AND (CAST($3 AS TEXT) IS NULL OR ',' || $3 || ',' LIKE '%,' || source || ',%') AND no < $4 AND no > $5
ORDER BY no DESC LIMIT $6;

-- name: optout_list_after
SELECT * FROM optout_seen
WHERE account_no = $1 AND (CAST($2 AS TEXT) IS NULL OR number LIKE $2 ESCAPE '\')
  AND (CAST($3 AS TEXT) IS NULL OR ',' || $3 || ',' LIKE '%,' || source || ',%') AND no > $4 AND no < $5
ORDER BY no LIMIT $6;
