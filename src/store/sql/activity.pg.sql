-- A mark is a snapshot: news is what can be seen now and could not then.

-- name: activity_mark
SELECT CAST(pg_current_snapshot() AS TEXT);

-- name: activity_since
SELECT no, account_no, at_ms, actor, key_no, key_name, action, resource_no, resource_sub, name, detail FROM activity
WHERE account_no = $1 AND transaction_id >= pg_snapshot_xmin(CAST($2 AS pg_snapshot))
  AND NOT pg_visible_in_snapshot(transaction_id, CAST($2 AS pg_snapshot))
ORDER BY transaction_id DESC, no DESC LIMIT $3;
