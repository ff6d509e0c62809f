-- Single messages: see store/singles.h. campaign.kind 1: the campaign whose rows they are.

-- name: singles_campaign
SELECT no, audience_no FROM campaign WHERE sender_no = $1 AND kind = 1;

-- name: singles_audience_insert
INSERT INTO audience (account_no, name, deleted_ms, create_ms, update_ms) VALUES ($1, $2, 0, $3, $3) RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: singles_template_insert
INSERT INTO template (account_no, sender_no, name, text, type, status, category, sender_code, waba_id, language, meta_name,
  deleted_ms, create_ms, update_ms)
VALUES ($1, $2, $3, '', 'text', 2, '', '', '', '', '', 0, $4, $4) RETURNING no
-- scan: the plan of a check of foreign keys that is never run, as no key may be left open
;

-- name: singles_campaign_insert
INSERT INTO campaign (account_no, name, status, sender_no, sender_name, template_no, audience_no, start_ms, late_start_min,
  frozen, kind, deleted_ms, create_ms, update_ms)
VALUES ($1, $2, 1, $3, $4, $5, $6, $7, 0, 1, 1, 0, $7, $7) ON CONFLICT (sender_no) WHERE kind = 1 DO NOTHING;

-- name: singles_take_seqs
UPDATE campaign SET next_seq = next_seq + $2, sender_name = $3 WHERE no = $1 RETURNING next_seq;

-- name: single_contact_insert
INSERT INTO contact (audience_no, no, first_no, since_v, until_v, number, first_name, last_name, custom1, custom2, tags, fields,
  country, create_ms, update_ms)
VALUES ($1, $2, $2, 0, 0, $3, '', '', '', '', '', $4, $5, $6, $6);

-- name: single_insert
INSERT INTO single (campaign_no, seq, account_no, template_no, type, text, url, media_no, filename, button_type, button_text,
  button_value, payload, test_of, create_ms, expire_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: single_row_insert
INSERT INTO ledger (campaign_no, seq, contact_no, state, country) VALUES ($1, $2, $2, 0, $3);

-- name: single_read
SELECT s.template_no, s.type, s.text, s.url, s.media_no, s.filename, s.button_type, s.button_text, s.button_value, s.payload,
  s.test_of, s.create_ms, s.expire_ms
FROM single s WHERE s.campaign_no = $1 AND s.seq = $2;

-- name: single_expiry
SELECT expire_ms FROM single WHERE campaign_no = $1 AND seq = $2;

-- name: singles_held
SELECT c.no, c.expired_ms, s.hold_ms FROM sender s JOIN campaign c ON c.sender_no = s.no AND c.kind = 1
WHERE s.hold IS NOT NULL AND s.deleted_ms IS NULL
-- scan: the senders, of which there are few
;

-- name: single_next_expiry
SELECT expire_ms FROM single WHERE campaign_no = $1 AND expire_ms > $2 ORDER BY expire_ms LIMIT 1;

-- name: singles_expired
SELECT s.seq, s.expire_ms FROM single s JOIN ledger l ON l.campaign_no = s.campaign_no AND l.seq = s.seq
WHERE s.campaign_no = $1 AND s.expire_ms > $2 AND s.expire_ms <= $3 AND l.state = 0 ORDER BY s.expire_ms LIMIT $4;

-- name: singles_looked_at
UPDATE campaign SET expired_ms = $2 WHERE no = $1;

-- name: singles_open
SELECT t.n FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 0
WHERE c.sender_no = $1 AND c.kind = 1 AND t.bucket <= 1 AND t.n > 0 LIMIT 1;

-- name: window_opened
SELECT at_ms FROM inbound WHERE sender_no = $1 AND number = $2 ORDER BY at_ms DESC LIMIT 1;

-- name: tests_since
SELECT COUNT(*) FROM single WHERE account_no = $1 AND test_of IS NOT NULL AND create_ms > $2;

-- name: test_subject
SELECT sender_no, template_no, audience_no FROM campaign WHERE no = $1 AND account_no = $2 AND deleted_ms IS NULL;

-- name: audience_first_contact
SELECT first_no FROM contact WHERE audience_no = $1 AND until_v IS NULL ORDER BY first_no LIMIT 1;
