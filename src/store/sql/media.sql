-- Media and Meta's ids for them: see store/media.h.

-- name: media_insert
INSERT INTO media (account_no, kind, mime_type, size, sha256, file_name, url, create_ms, update_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
RETURNING no;

-- name: media_same
SELECT no FROM media WHERE account_no = $1 AND sha256 = $2 AND mime_type = $3 AND deleted_ms IS NULL;

-- name: media_bytes
SELECT COALESCE(SUM(size), 0) FROM media WHERE account_no = $1 AND deleted_ms IS NULL;

-- name: media_read
SELECT * FROM media_seen
WHERE no = $1 AND (CAST($2 AS BIGINT) = 0 OR (account_no = CAST($2 AS BIGINT) AND deleted_ms IS NULL));

-- name: media_count
SELECT COUNT(*) FROM media WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS BIGINT) = 0 OR kind = CAST($2 AS BIGINT));

-- name: media_list_before
SELECT * FROM media_seen
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS BIGINT) = 0 OR kind = CAST($2 AS BIGINT)) AND no < $3
ORDER BY no DESC LIMIT $4;

-- name: media_list_after
SELECT * FROM media_seen
WHERE account_no = $1 AND deleted_ms IS NULL AND (CAST($2 AS BIGINT) = 0 OR kind = CAST($2 AS BIGINT)) AND no > $3
ORDER BY no LIMIT $4;

-- name: media_shown
SELECT t.no FROM template_media tm JOIN template t ON t.no = tm.template_no
WHERE tm.media_no = $1 AND t.deleted_ms IS NULL LIMIT 1;

-- name: media_delete
UPDATE media SET deleted_ms = $2, update_ms = $2 WHERE no = $1;

-- name: media_of_file
SELECT no FROM media WHERE sha256 = $1 AND deleted_ms IS NULL LIMIT 1;

-- name: media_errand_of_file
SELECT m.no FROM media_at_meta a JOIN media m ON m.no = a.media_no WHERE a.errand_ms IS NOT NULL AND a.meta_id IS NULL AND m.sha256 = $1 LIMIT 1;

-- name: media_from_url
SELECT u.media_no FROM media_url u JOIN media m ON m.no = u.media_no
WHERE u.account_no = $1 AND u.hash = $2 AND u.fetch_ms >= $3 AND m.deleted_ms IS NULL;

-- name: media_note_url
INSERT INTO media_url (account_no, hash, media_no, fetch_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_no, hash) DO UPDATE SET media_no = excluded.media_no, fetch_ms = excluded.fetch_ms;

-- name: template_media_clear
DELETE FROM template_media WHERE template_no = $1;

-- name: template_media_add
INSERT INTO template_media (template_no, place, media_no) VALUES ($1, $2, $3);

-- name: template_media_of
SELECT place, media_no FROM template_media WHERE template_no = $1 AND place < $2 ORDER BY place;

-- name: template_media_waits
SELECT m.kind, a.reason FROM template_media tm
JOIN media m ON m.no = tm.media_no
LEFT JOIN media_at_meta a ON a.media_no = tm.media_no AND a.sender_no = $2 AND a.purpose = 0
WHERE tm.template_no = $1 AND (a.meta_id IS NULL OR a.expire_ms <= $3)
ORDER BY tm.place LIMIT 1;

-- name: media_at_meta_read
SELECT meta_id, upload_ms, expire_ms, errand_ms, refused_ms, reason FROM media_at_meta
WHERE media_no = $1 AND sender_no = $2 AND purpose = $3;

-- name: media_at_meta_want
INSERT INTO media_at_meta (media_no, sender_no, purpose, errand_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (media_no, sender_no, purpose) DO UPDATE SET errand_ms = excluded.errand_ms, tries = 0, refused_ms = NULL, reason = NULL;

-- name: media_at_meta_forget
UPDATE media_at_meta SET meta_id = NULL, expire_ms = NULL, errand_ms = $4, tries = 0, refused_ms = NULL, reason = NULL
WHERE media_no = $1 AND sender_no = $2 AND purpose = 0 AND meta_id IS NOT NULL AND upload_ms <= $3;

-- A sender whose messages WhatsApp refuses (hold rule 2) uploads nothing to send until it goes on.
-- name: media_errands
SELECT m.*, a.sender_no, a.purpose, a.tries, a.expire_ms, s.phone_number_id
FROM media_at_meta a JOIN media_seen m ON m.no = a.media_no JOIN sender s ON s.no = a.sender_no
WHERE a.errand_ms IS NOT NULL AND a.errand_ms <= $1 AND (a.purpose <> 0 OR s.hold IS NULL OR s.hold_rule <> 2)
ORDER BY a.errand_ms LIMIT $2;

-- name: media_errands_resume
UPDATE media_at_meta SET errand_ms = $1 WHERE errand_ms IS NOT NULL AND errand_ms > $1 AND errand_ms <= $2;

-- name: media_next_errand
SELECT a.errand_ms FROM media_at_meta a JOIN sender s ON s.no = a.sender_no
WHERE a.errand_ms IS NOT NULL AND (a.purpose <> 0 OR s.hold IS NULL OR s.hold_rule <> 2) ORDER BY a.errand_ms LIMIT 1;

-- name: media_errand_later
UPDATE media_at_meta SET errand_ms = $4, reason = COALESCE($5, reason), tries = tries + 1
WHERE media_no = $1 AND sender_no = $2 AND purpose = $3 AND errand_ms IS NOT NULL;

-- name: media_errand_end
UPDATE media_at_meta SET errand_ms = NULL, tries = 0 WHERE media_no = $1 AND sender_no = $2 AND purpose = $3;

-- name: media_campaign_needs
SELECT c.no FROM template_media tm JOIN campaign c ON c.template_no = tm.template_no
WHERE tm.media_no = $1 AND c.sender_no = $2 AND c.status <= 1 AND c.deleted_ms IS NULL LIMIT 1;

-- name: media_campaign_running
SELECT template_no FROM campaign WHERE no = $1 AND status = 1 AND hold IS NULL;

-- name: media_campaign_sender
SELECT sender_no FROM campaign WHERE no = $1;

-- name: media_uploaded
UPDATE media_at_meta SET meta_id = $4, upload_ms = $5, expire_ms = $6, errand_ms = $7, tries = 0, refused_ms = NULL, reason = NULL
WHERE media_no = $1 AND sender_no = $2 AND purpose = $3;

-- name: media_refused
UPDATE media_at_meta SET errand_ms = NULL, tries = 0, refused_ms = $4, reason = $5
WHERE media_no = $1 AND sender_no = $2 AND purpose = $3;

-- name: media_hurry_templates
UPDATE template SET errand_ms = $2, tries = 0
WHERE no IN (SELECT template_no FROM template_media WHERE media_no = $1) AND (meta_id IS NULL OR editing = 1) AND errand_ms IS NOT NULL;
