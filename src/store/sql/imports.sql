-- CSV imports: see store/imports.h. status: 0 waiting, 1 running, 2 completed, 3 failed, 4 canceled.

-- name: import_insert
INSERT INTO import (account_no, audience_no, status, file, region, begin_bytes, done_bytes, bytes, create_ms, update_ms)
VALUES ($1, $2, 0, $3, $4, $5, $5, $6, $7, $7)
RETURNING no;

-- part: columns
no, account_no, audience_no, status, file, region, bytes, done_bytes, line, n_rows, added, updated, duplicates, invalid,
  header, error, create_ms, update_ms, begin_bytes, batch_end_bytes, batch_size, batch_rows

-- name: import_read
SELECT {columns} FROM import WHERE no = $1 AND account_no = $2;

-- name: import_count
SELECT COUNT(*) FROM import WHERE audience_no = $1;

-- name: import_list_before
SELECT {columns} FROM import WHERE audience_no = $1 AND no < $2 ORDER BY no DESC LIMIT $3;

-- name: import_list_after
SELECT {columns} FROM import WHERE audience_no = $1 AND no > $2 ORDER BY no LIMIT $3;

-- name: import_lock
SELECT no FROM import WHERE no = $1 {for_update};

-- name: import_next
SELECT {columns} FROM import WHERE status <= 1 ORDER BY no LIMIT 1
-- scan: the first row of the partial index of open imports
;

-- name: imports_open
SELECT {columns} FROM import WHERE status <= 1 AND account_no = $1 ORDER BY no LIMIT $2
-- scan: reads the partial index of open imports, a handful
;

-- name: import_needs_file
SELECT no FROM import WHERE status <= 1 AND file = $1 LIMIT 1
-- scan: reads the partial index of open imports, a handful
;

-- name: import_save
UPDATE import SET status = $2, done_bytes = $3, line = $4, n_rows = $5, added = $6, updated = $7, duplicates = $8, invalid = $9,
  header = $10, error = $11, update_ms = $12, batch_end_bytes = $13, batch_size = $14, batch_rows = $15
WHERE no = $1 AND status <= 1;

-- name: import_reject_add
INSERT INTO import_reject (import_no, line, text, reason) VALUES ($1, $2, $3, $4);

-- name: import_rejects
SELECT line, text, reason FROM import_reject WHERE import_no = $1 AND line > $2 ORDER BY line LIMIT $3;

-- name: import_exists
SELECT status FROM import WHERE no = $1 AND account_no = $2;

-- name: import_cancel
UPDATE import SET status = 4, update_ms = $3 WHERE no = $1 AND account_no = $2 AND status <= 1;
