-- The user's webhooks and their events: see store/hooks.h and store/hook_events.h.

-- name: hook_insert
INSERT INTO hook (account_no, event, url, secret, create_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_no, event) DO NOTHING RETURNING no;

-- name: hook_read
SELECT * FROM hook_seen WHERE no = $1 AND account_no = $2;

-- name: hook_count
SELECT COUNT(*) FROM hook_seen WHERE account_no = $1;

-- name: hook_list_before
SELECT * FROM hook_seen WHERE account_no = $1 AND no < $2 ORDER BY no DESC LIMIT $3;

-- name: hook_list_after
SELECT * FROM hook_seen WHERE account_no = $1 AND no > $2 ORDER BY no LIMIT $3;

-- name: hook_delete
DELETE FROM hook WHERE no = $1 AND account_no = $2;

-- name: hook_delete_events
DELETE FROM hook_event WHERE hook_no = $1;

-- name: hook_totals
SELECT CAST(COALESCE(SUM(waiting), 0) AS BIGINT), CAST(COALESCE(SUM(delivered), 0) AS BIGINT),
  CAST(COALESCE(SUM(failed), 0) AS BIGINT), CAST(COALESCE(SUM(dropped), 0) AS BIGINT) FROM hook
-- scan: a few hooks an account, read for metrics
;

-- name: hook_of_account
SELECT no FROM hook WHERE account_no = $1 AND event = $2;

-- name: hook_of_campaign
SELECT h.no, c.account_no FROM campaign c JOIN hook h ON h.account_no = c.account_no AND h.event = $2 WHERE c.no = $1;

-- name: hook_campaign
SELECT c.name, c.status, c.hold, c.hold_rule, c.hold_ms, c.hold_code, c.hold_remedy, c.hold_until_ms,
  s.hold, s.hold_rule, s.hold_ms, s.hold_code, s.hold_remedy, s.hold_until_ms
FROM campaign c JOIN sender s ON s.no = c.sender_no WHERE c.no = $1;

-- name: hook_message
SELECT ct.number, l.code, l.detail, c.kind, s.payload
FROM ledger l JOIN campaign c ON c.no = l.campaign_no
  JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no
  LEFT JOIN single s ON s.campaign_no = l.campaign_no AND s.seq = l.seq
WHERE l.campaign_no = $1 AND l.seq = $2;

-- name: hook_sender
SELECT code FROM sender WHERE no = $1;

-- name: hook_event_insert
INSERT INTO hook_event (hook_no, subject, body, next_ms, since_ms, create_ms) VALUES ($1, $2, $3, $4, $4, $4);

-- name: hook_waits
UPDATE hook SET waiting = waiting + $2 WHERE no = $1 RETURNING waiting;

-- name: hook_event_drop
DELETE FROM hook_event
WHERE no IN (SELECT e.no FROM hook_event e WHERE e.hook_no = $1 AND e.state = 0 ORDER BY e.no LIMIT $2);

-- name: hook_dropped
UPDATE hook SET waiting = waiting - $2, dropped = dropped + $2 WHERE no = $1;

-- name: hooks_to_serve
SELECT no, url, secret FROM hook WHERE waiting > 0 ORDER BY no
-- scan: reads the partial index of hooks with something to deliver
;

-- name: hook_events_due
SELECT e.no, e.subject, e.body, e.attempts, e.since_ms FROM hook_event e
WHERE e.hook_no = $1 AND e.state = 0 AND e.next_ms <= $2
  AND NOT EXISTS (SELECT 1 FROM hook_event p WHERE p.hook_no = e.hook_no AND p.subject = e.subject AND p.state = 0 AND p.no < e.no)
ORDER BY e.no LIMIT $3;

-- name: hook_events_next
SELECT MIN(next_ms) FROM hook_event WHERE hook_no = $1 AND state = 0 AND next_ms > $2;

-- name: hook_event_done
UPDATE hook_event SET state = $2, attempts = attempts + 1, http_status = $3, reason = $4, done_ms = $5 WHERE no = $1 AND state = 0;

-- name: hook_event_taken_late
UPDATE hook_event SET state = 1, attempts = attempts + 1, http_status = $2, reason = NULL, done_ms = $3 WHERE no = $1 AND state = 2;

-- name: hook_event_again
UPDATE hook_event SET next_ms = $2, attempts = attempts + 1, http_status = $3, reason = $4 WHERE no = $1 AND state = 0
RETURNING attempts;

-- name: hook_events_behind
UPDATE hook_event SET next_ms = $4 WHERE hook_no = $1 AND subject = $2 AND state = 0 AND no > $3 AND next_ms < $4;

-- name: hook_settled
UPDATE hook SET waiting = waiting - $2 - $3, delivered = delivered + $2, failed = failed + $3, last_ms = $4, last_reason = $5
WHERE no = $1;

-- name: hook_set_failing
UPDATE hook SET failing = $2 WHERE no = $1 AND failing <> $2;

-- name: hooks_all
SELECT no FROM hook ORDER BY no
-- scan: a few hooks an account, looked at every few minutes
;

-- name: hook_events_expire
UPDATE hook_event SET state = 2, reason = 'it was not taken within 24 hours', done_ms = $3
WHERE hook_no = $1 AND state = 0 AND since_ms < $2;

-- name: hook_expired
UPDATE hook SET waiting = waiting - $2, failed = failed + $2 WHERE no = $1;

-- name: hook_events_trim
DELETE FROM hook_event
WHERE hook_no = $1 AND state <> 0 AND (done_ms < $2
  OR no <= (SELECT e.no FROM hook_event e WHERE e.hook_no = $1 ORDER BY e.no DESC LIMIT 1 OFFSET $3));

-- name: hook_event_read
SELECT * FROM hook_event_seen WHERE no = $1 AND hook_no = $2;

-- name: hook_event_count
SELECT COUNT(*) FROM hook_event_seen
WHERE hook_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1);

-- name: hook_event_list_before
SELECT * FROM hook_event_seen
WHERE hook_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1) AND no < $3
ORDER BY no DESC LIMIT $4;

-- name: hook_event_list_after
SELECT * FROM hook_event_seen
WHERE hook_no = $1 AND (CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(state AS INTEGER)) & 1) = 1) AND no > $3
ORDER BY no LIMIT $4;

-- name: hook_event_again_now
UPDATE hook_event SET state = 0, next_ms = $2, since_ms = $2, done_ms = NULL WHERE no = $1;
