-- Audiences and contacts: see store/audiences.h.

-- name: audience_name_taken
SELECT no FROM audience WHERE account_no = $1 AND name = $2 AND deleted_ms IS NULL;

-- name: audience_insert
INSERT INTO audience (account_no, name, create_ms, update_ms) VALUES ($1, $2, $3, $3) RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: audience_read
SELECT no, account_no, name, n_contacts, create_ms, update_ms FROM audience
WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: audience_count
SELECT COUNT(*) FROM audience
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($2) ESCAPE '\');

-- name: audience_list_before
SELECT no, account_no, name, n_contacts, create_ms, update_ms FROM audience
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($2) ESCAPE '\')
  AND no < $3
ORDER BY no DESC LIMIT $4;

-- name: audience_list_after
SELECT no, account_no, name, n_contacts, create_ms, update_ms FROM audience
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR LOWER(name) LIKE LOWER($2) ESCAPE '\')
  AND no > $3
ORDER BY no LIMIT $4;

-- name: audience_rename
UPDATE audience SET name = $3, update_ms = $4 WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: audience_in_use
SELECT no FROM campaign WHERE audience_no = $1 AND status <= 1 AND deleted_ms IS NULL LIMIT 1;

-- name: audience_delete
UPDATE audience SET deleted_ms = $2, update_ms = $2, sweep_no = 0 WHERE no = $1;

-- name: audience_sweep_next
SELECT no, sweep_no, next_no FROM audience WHERE sweep_no IS NOT NULL ORDER BY no LIMIT 1 {for_update}
-- scan: the first row of the partial index of audiences to sweep
;

-- name: audience_sweep_remove
DELETE FROM contact
WHERE audience_no = $1 AND no > $2 AND no <= $3 AND NOT EXISTS (
  SELECT 1 FROM campaign c
  WHERE c.audience_no = contact.audience_no AND c.snapshot_v IS NOT NULL AND (c.deleted_ms IS NULL OR c.sweep <> 0)
    AND contact.since_v <= c.snapshot_v AND (contact.until_v IS NULL OR contact.until_v > c.snapshot_v));

-- name: audience_sweep_progress
UPDATE audience SET sweep_no = $2 WHERE no = $1;

-- That of single messages has the deleted_ms 0, and keeps its contacts.
-- name: audience_sweep_again
UPDATE audience SET sweep_no = 0
WHERE deleted_ms > 0 AND no = (SELECT c.audience_no FROM campaign c WHERE c.no = $1);

-- name: audience_account
SELECT account_no FROM audience WHERE no = $1;

-- name: audience_edit_begin
SELECT version, next_no, n_contacts, field_names FROM audience WHERE no = $1 AND deleted_ms IS NULL {for_update};

-- name: audience_edit_end
UPDATE audience SET version = $2, next_no = $3, n_contacts = $4, update_ms = $5, field_names = $6 WHERE no = $1;

-- name: contact_by_number
SELECT * FROM contact_seen WHERE audience_no = $1 AND number = $2;

-- name: contact_read
SELECT * FROM contact_seen WHERE audience_no = $1 AND first_no = $2;

-- name: contact_read_version
SELECT first_no, audience_no, no, number, first_name, last_name, custom1, custom2, tags, fields, create_ms, update_ms
FROM contact WHERE audience_no = $1 AND no = $2;

-- name: contact_insert
INSERT INTO contact (audience_no, no, first_no, since_v, number, first_name, last_name, custom1, custom2, tags, fields,
  create_ms, update_ms, country)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: contact_insert_new
INSERT INTO contact (audience_no, no, first_no, since_v, number, first_name, last_name, custom1, custom2, tags, fields,
  create_ms, update_ms, country)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (audience_no, number) WHERE until_v IS NULL DO NOTHING;

-- CONTACTS_AT_ONCE of contact_insert_new.
-- name: contact_insert_many
INSERT INTO contact (audience_no, no, first_no, since_v, number, first_name, last_name, custom1, custom2, tags, fields,
  create_ms, update_ms, country)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (audience_no, number) WHERE until_v IS NULL DO NOTHING
-- rows: 200
;

-- name: contact_end
UPDATE contact SET until_v = $3 WHERE audience_no = $1 AND no = $2;

-- name: contacts_total
SELECT n_contacts FROM audience WHERE no = $1;

-- name: contact_max
SELECT next_no - 1 FROM audience WHERE no = $1;

-- name: contact_count
SELECT COUNT(*) FROM contact_seen
WHERE audience_no = $1 AND (number LIKE $2 ESCAPE '\' OR LOWER(first_name) LIKE LOWER($3) ESCAPE '\'
  OR LOWER(last_name) LIKE LOWER($3) ESCAPE '\');

-- name: contact_list_before
SELECT * FROM contact_seen
WHERE audience_no = $1 AND (CAST($2 AS TEXT) IS NULL OR number LIKE $2 ESCAPE '\' OR LOWER(first_name) LIKE LOWER($3) ESCAPE '\'
  OR LOWER(last_name) LIKE LOWER($3) ESCAPE '\') AND first_no < $4 AND first_no > $5
ORDER BY first_no DESC LIMIT $6;

-- name: contact_list_after
SELECT * FROM contact_seen
WHERE audience_no = $1 AND (CAST($2 AS TEXT) IS NULL OR number LIKE $2 ESCAPE '\' OR LOWER(first_name) LIKE LOWER($3) ESCAPE '\'
  OR LOWER(last_name) LIKE LOWER($3) ESCAPE '\') AND first_no > $4 AND first_no < $5
ORDER BY first_no LIMIT $6;

-- Few numbers that begin alike are found by their index and then put in order.
-- name: contact_number_count
SELECT COUNT(*) FROM (SELECT 1 FROM contact WHERE audience_no = $1 AND until_v IS NULL AND number >= $2 AND number <= $3 LIMIT 1001) m;

-- name: contact_number_before
SELECT * FROM contact_seen WHERE audience_no = $1 AND number >= $2 AND number <= $3 AND first_no < $4 ORDER BY +first_no DESC LIMIT $5
-- scan: sorts at most a thousand rows
;

-- name: contact_number_after
SELECT * FROM contact_seen WHERE audience_no = $1 AND number >= $2 AND number <= $3 AND first_no > $4 ORDER BY +first_no LIMIT $5
-- scan: sorts at most a thousand rows
;
