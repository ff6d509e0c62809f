-- The 24-hour budget: see store/budget.h.

-- name: portfolio_lock
SELECT limit_24h, used FROM portfolio WHERE no = $1 {for_update};

-- name: portfolio_read
SELECT limit_24h, used FROM portfolio WHERE no = $1;

-- name: portfolio_used
UPDATE portfolio SET used = $2 WHERE no = $1;

-- name: portfolio_give_back
UPDATE portfolio SET used = used + $2 WHERE no = $1;

-- name: budget_expired
SELECT COUNT(*) FROM budget WHERE portfolio_no = $1 AND at_ms <= $2;

-- name: budget_expire
DELETE FROM budget WHERE portfolio_no = $1 AND at_ms <= $2;

-- Another claim in the same millisecond is a millisecond later, so that the first one alone cannot give the place back.
-- name: budget_again
UPDATE budget SET at_ms = CASE WHEN at_ms >= $3 THEN at_ms + 1 ELSE $3 END WHERE portfolio_no = $1 AND number = $2;

-- name: budget_insert
INSERT INTO budget (portfolio_no, number, since_ms, at_ms) VALUES ($1, $2, $3, $3);

-- name: budget_nth
SELECT at_ms FROM budget WHERE portfolio_no = $1 AND at_ms > $2 ORDER BY at_ms LIMIT 1 OFFSET $3;

-- What is frozen of those that run and can send now (their sender reaches WhatsApp, their media are there until $4), and the audiences
-- of those that are scheduled.
-- name: budget_ahead
SELECT CAST(
  COALESCE((SELECT SUM(c.next_seq - 1 - c.claim_seq) FROM sender s JOIN campaign c ON c.sender_no = s.no
    WHERE s.portfolio_no = $1 AND s.deleted_ms IS NULL AND s.hold IS NULL AND c.status = 1 AND c.hold IS NULL AND c.kind = 0
      AND (c.start_ms < $2 OR (c.start_ms = $2 AND c.no < $3))
      AND NOT EXISTS (SELECT 1 FROM template_media tm
        LEFT JOIN media_at_meta a ON a.media_no = tm.media_no AND a.sender_no = c.sender_no AND a.purpose = 0
        WHERE tm.template_no = c.template_no AND (a.meta_id IS NULL OR a.expire_ms <= $4))), 0)
  + COALESCE((SELECT SUM(a.n_contacts) FROM campaign c JOIN sender s ON s.no = c.sender_no JOIN audience a ON a.no = c.audience_no
    WHERE c.status = 0 AND c.schedule_ms <= $2 AND (c.schedule_ms < $2 OR c.no < $3) AND c.hold IS NULL
      AND s.portfolio_no = $1 AND (s.hold IS NULL OR s.hold_rule = 14)), 0)
  AS BIGINT);

-- name: budget_of_campaign
SELECT CASE WHEN p.limit_24h IS NOT NULL THEN s.portfolio_no END, COALESCE(c.start_ms, c.schedule_ms)
FROM campaign c JOIN sender s ON s.no = c.sender_no LEFT JOIN portfolio p ON p.no = s.portfolio_no
WHERE c.no = $1 AND c.status <= 1 AND c.kind = 0;

-- name: portfolios_limited
SELECT p.no, p.meta_id FROM portfolio p
WHERE p.limit_24h IS NOT NULL AND EXISTS (SELECT 1 FROM sender s WHERE s.portfolio_no = p.no AND s.deleted_ms IS NULL)
ORDER BY p.no
-- scan: all of them are counted for monitors
;

-- name: portfolio_senders
SELECT p.no, p.meta_id, s.name, s.tier FROM sender s JOIN portfolio p ON p.no = s.portfolio_no
WHERE s.account_no = $1 AND s.deleted_ms IS NULL ORDER BY p.no, s.no LIMIT $2
-- scan: sorts the senders of an account
;

-- name: portfolio_id
SELECT meta_id FROM portfolio WHERE no = $1;

-- name: budget_recipient
SELECT ct.number FROM ledger l JOIN campaign c ON c.no = l.campaign_no
  JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no
WHERE l.campaign_no = $1 AND l.seq = $2;

-- name: budget_remove
DELETE FROM budget WHERE portfolio_no = $1 AND number = $2 AND since_ms = $3 AND at_ms = $3;

-- name: budget_touch
UPDATE budget SET at_ms = $3 WHERE portfolio_no = $1 AND number = $2 AND at_ms < $3;

-- name: budget_find
SELECT at_ms FROM budget WHERE portfolio_no = $1 AND number = $2;

-- name: portfolio_find
SELECT no FROM portfolio WHERE meta_id = $1;

-- name: portfolio_insert
INSERT INTO portfolio (meta_id) VALUES ($1) RETURNING no;

-- name: portfolio_limit
UPDATE portfolio SET limit_24h = $2 WHERE no = $1;

-- name: portfolio_of_sender
SELECT s.portfolio_no, s.waba_id, p.meta_id FROM sender s LEFT JOIN portfolio p ON p.no = s.portfolio_no WHERE s.no = $1;

-- name: portfolio_assign
UPDATE sender SET portfolio_no = $2 WHERE no = $1;

-- name: portfolio_move
UPDATE sender SET portfolio_no = $2 WHERE portfolio_no = $1;

-- name: budget_merge
INSERT INTO budget (portfolio_no, number, since_ms, at_ms)
SELECT CAST($2 AS BIGINT), number, since_ms, at_ms + 1 FROM budget WHERE portfolio_no = $1
ON CONFLICT (portfolio_no, number) DO UPDATE SET
  at_ms = CASE WHEN excluded.at_ms > budget.at_ms THEN excluded.at_ms ELSE budget.at_ms + 1 END;

-- name: budget_remove_all
DELETE FROM budget WHERE portfolio_no = $1;

-- name: portfolio_count
UPDATE portfolio SET used = (SELECT COUNT(*) FROM budget WHERE portfolio_no = portfolio.no) WHERE no = $1 OR no = $2;
