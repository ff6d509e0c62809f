-- Templates and their way to Meta: see store/templates.h. status: 0 in process, 1 completed, 2 canceled.

-- name: template_name_taken
SELECT no FROM template WHERE account_no = $1 AND name = $2 AND deleted_ms IS NULL;

-- name: template_insert
INSERT INTO template (account_no, sender_no, name, text, type, status, category, sender_code, waba_id, language, button_type,
  button_text, button_value, meta_name, errand_ms, create_ms, update_ms, url, media_id, filename, components)
VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11, $12, '', $13, $13, $13, $14, $15, $16, $17)
RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: template_set_meta_name
UPDATE template SET meta_name = $2 WHERE no = $1;

-- name: template_read
SELECT * FROM template_seen WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR account_no = $2) AND deleted_ms IS NULL;

-- name: template_count
SELECT COUNT(*) FROM template_seen
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR name = $2)
  AND (CAST($3 AS BIGINT) = 0 OR ((CAST($3 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1);

-- name: template_list_before
SELECT * FROM template_seen
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR name = $2)
  AND (CAST($3 AS BIGINT) = 0 OR ((CAST($3 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1) AND no < $4
ORDER BY no DESC LIMIT $5;

-- name: template_list_after
SELECT * FROM template_seen
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR name = $2)
  AND (CAST($3 AS BIGINT) = 0 OR ((CAST($3 AS BIGINT) >> CAST(status AS INTEGER)) & 1) = 1) AND no > $4
ORDER BY no LIMIT $5;

-- name: template_in_use
SELECT no FROM campaign WHERE template_no = $1 AND status <= 1 AND deleted_ms IS NULL LIMIT 1;

-- name: template_delete
UPDATE template SET deleted_ms = $2, update_ms = $2, tries = 0, errand_ms = CASE WHEN meta_id IS NULL THEN NULL ELSE CAST($2 AS BIGINT) END
WHERE no = $1;

-- name: template_errands
SELECT t.*, (SELECT MIN(s.no) FROM sender s WHERE s.account_no = t.account_no AND s.waba_id = t.waba_id AND s.deleted_ms IS NULL)
FROM template_seen t WHERE t.errand_ms IS NOT NULL AND t.errand_ms <= $1 ORDER BY t.errand_ms LIMIT $2;

-- name: template_errands_resume
UPDATE template SET errand_ms = $1 WHERE errand_ms IS NOT NULL AND errand_ms > $1 AND errand_ms <= $2;

-- name: template_next_errand
SELECT errand_ms FROM template WHERE errand_ms IS NOT NULL ORDER BY errand_ms LIMIT 1;

-- name: template_errand_later
UPDATE template SET errand_ms = $2, tries = tries + 1 WHERE no = $1 AND errand_ms IS NOT NULL;

-- name: template_errand_at
UPDATE template SET errand_ms = $2 WHERE no = $1 AND errand_ms IS NOT NULL;

-- name: template_submitted
UPDATE template SET meta_id = $2, category = COALESCE($3, category), tries = 0, update_ms = $5,
  errand_ms = CASE WHEN deleted_ms IS NOT NULL THEN CAST($5 AS BIGINT) WHEN status = 0 THEN CAST($4 AS BIGINT) ELSE NULL END
WHERE no = $1;

-- name: template_deleted_at_meta
UPDATE template SET errand_ms = NULL WHERE no = $1 AND deleted_ms IS NOT NULL;

-- name: template_refused
UPDATE template SET status = 2, reason = $2, errand_ms = NULL, update_ms = $3 WHERE no = $1;

-- name: template_by_meta_id
SELECT no, account_no, waba_id, status, editing, unsupported, meta_status, said_ms FROM template WHERE meta_id = $1 AND deleted_ms IS NULL;

-- name: template_by_meta_name
SELECT no, account_no, waba_id, status, editing, unsupported, meta_status, said_ms FROM template WHERE waba_id = $1 AND meta_name = $2 AND deleted_ms IS NULL
  AND (CAST($3 AS TEXT) IS NULL OR language = $3) ORDER BY no;

-- name: template_signed_by
SELECT no FROM sender WHERE app_secret_hash = $1 AND waba_id = $2 AND account_no = $3 AND deleted_ms IS NULL LIMIT 1;

-- name: template_verdict
UPDATE template SET status = $2, meta_status = $3, reason = COALESCE($4, unsupported), meta_id = COALESCE(meta_id, $5), update_ms = $6, said_ms = $7
WHERE no = $1;

-- Nothing is to be asked any more: it has its verdict, and no campaign waits for another.
-- name: template_errand_over
UPDATE template SET errand_ms = NULL
WHERE no = $1 AND errand_ms IS NOT NULL AND status <> 0 AND editing = 0 AND refetch = 0 AND deleted_ms IS NULL
  AND NOT EXISTS (SELECT 1 FROM campaign WHERE template_no = $1 AND status <= 1 AND status = 1 AND kind = 0 AND deleted_ms IS NULL
    AND (hold_rule = $2 OR (hold_rule = $3 AND hold_code = $4)));

-- name: template_watched
SELECT t.no, t.tries, t.watch_ms FROM campaign c JOIN template t ON t.no = c.template_no
WHERE c.no = $1 AND t.deleted_ms IS NULL AND t.meta_id IS NOT NULL AND t.errand_ms IS NULL;

-- name: template_watch
UPDATE template SET errand_ms = $2, tries = $3, watch_ms = $4 WHERE no = $1;

-- name: template_ask
UPDATE template SET errand_ms = $2 WHERE no = $1 AND meta_id IS NOT NULL AND (errand_ms IS NULL OR errand_ms > $2);

-- name: template_quality
UPDATE template SET quality = $2, update_ms = $3 WHERE no = $1;

-- name: template_category
UPDATE template SET previous_category = CASE WHEN category <> $2 THEN category ELSE COALESCE($4, previous_category) END, category = $2,
  correct_category = $3, update_ms = $5
WHERE no = $1;

-- name: template_refetch
UPDATE template SET refetch = 1, tries = 0, errand_ms = $2 WHERE no = $1 AND editing = 0;

-- name: template_rename
UPDATE template SET name = $2, update_ms = $3 WHERE no = $1;

-- name: template_rewrite
UPDATE template SET text = $2, type = $3, url = $4, media_id = $5, filename = $6, button_type = $7, button_text = $8, button_value = $9,
  components = $10, unsupported = NULL, status = $11, reason = $12, update_ms = $13
WHERE no = $1;

-- name: template_resubmit
UPDATE template SET status = 0, meta_status = NULL, reason = NULL, tries = 0, errand_ms = $2 WHERE no = $1;

-- name: template_begin_edit
UPDATE template SET status = 0, reason = NULL, editing = 1, before_edit = $2, tries = 0, errand_ms = $3 WHERE no = $1;

-- name: template_edited
UPDATE template SET editing = 0, before_edit = NULL, edit_ms = $3, meta_status = 'PENDING', tries = 0, errand_ms = $2 WHERE no = $1 AND editing = 1;

-- name: template_edit_over
UPDATE template SET editing = 0, before_edit = NULL, errand_ms = NULL WHERE no = $1;

-- name: template_fetched
UPDATE template SET refetch = 0, tries = 0, errand_ms = $2 WHERE no = $1 AND editing = 0;

-- name: template_adopt
UPDATE template SET text = $2, type = $3, components = $4, params = $5, unsupported = $6, url = NULL, media_id = NULL, filename = NULL,
  button_type = NULL, button_text = NULL, button_value = NULL, update_ms = $7
WHERE no = $1;

-- name: template_import
INSERT INTO template (account_no, sender_no, name, text, type, status, category, sender_code, waba_id, language, meta_name, meta_id,
  meta_status, reason, quality, components, params, unsupported, errand_ms, create_ms, update_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, CASE WHEN CAST($6 AS BIGINT) = 0 THEN CAST($19 AS BIGINT) END,
  $19, $19)
RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: template_in_sync
UPDATE template SET sync_ms = $2 WHERE no = $1;

-- name: template_gone
UPDATE template SET status = 2, meta_status = 'DELETED', reason = 'It is no longer at WhatsApp.', errand_ms = NULL, update_ms = $3
WHERE waba_id = $1 AND account_no = $2 AND deleted_ms IS NULL AND meta_id IS NOT NULL AND create_ms < $3 AND status <> 2
  AND editing = 0 AND (sync_ms IS NULL OR sync_ms < $3);

-- name: template_sync_senders
SELECT MIN(no), waba_id, MIN(code) FROM sender WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS TEXT) IS NULL OR code = $2)
GROUP BY waba_id ORDER BY 1 LIMIT $3
-- scan: sorts the senders of one account, a handful
;
