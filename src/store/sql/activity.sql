-- The log of an account: see store/activity.h. $3 and $4: who; the number of the resource's kind is that of public ids.

-- part: row
INSERT INTO activity (account_no, at_ms, actor, key_no, key_name, action, resource, resource_no, resource_sub, name, detail)

-- part: act
CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), (SELECT k.name FROM api_key k WHERE k.no = $4), CAST($5 AS BIGINT)

-- part: wanted
(CAST($2 AS BIGINT) = 0 OR ((CAST($2 AS BIGINT) >> CAST(action AS INTEGER)) & 1) = 1)

-- name: activity_of_account
{row} SELECT t.no, {act}, 1, t.no, 0, t.username, CAST($6 AS TEXT)
FROM account t WHERE t.no = $1;

-- name: activity_of_key
{row} SELECT t.account_no, {act}, 2, t.no, 0, t.name, CAST($6 AS TEXT)
FROM api_key t WHERE t.no = $1;

-- name: activity_of_sender
{row} SELECT t.account_no, {act}, 3, t.no, 0, t.name, CAST($6 AS TEXT)
FROM sender t WHERE t.no = $1;

-- name: activity_of_template
{row} SELECT t.account_no, {act}, 4, t.no, 0, t.name, CAST($6 AS TEXT)
FROM template t WHERE t.no = $1;

-- name: activity_of_audience
{row} SELECT t.account_no, {act}, 5, t.no, 0, t.name, CAST($6 AS TEXT)
FROM audience t WHERE t.no = $1;

-- name: activity_of_campaign
{row} SELECT t.account_no, {act}, 7, t.no, 0, t.name, CAST($6 AS TEXT)
FROM campaign t WHERE t.no = $1 AND t.kind = 0;

-- name: activity_of_hook
{row} SELECT t.account_no, {act}, 11, t.no, 0, t.url, CAST($6 AS TEXT)
FROM hook t WHERE t.no = $1;

-- name: activity_of_import
{row} SELECT t.account_no, {act}, 10, t.no, 0, a.name, CAST($6 AS TEXT)
FROM import t JOIN audience a ON a.no = t.audience_no WHERE t.no = $1;

-- name: activity_pace
{row} SELECT t.account_no, {act}, 7, t.no, 0, t.name, CAST($6 AS TEXT)
FROM campaign t WHERE t.sender_no = $1 AND t.status = 1 AND t.kind = 0 AND t.hold IS NULL AND t.deleted_ms IS NULL;

-- name: activity_named
{row}
VALUES ($1, $2, $3, $4, (SELECT k.name FROM api_key k WHERE k.no = $4), $5, $6, $7, $8, $9, NULL);

-- One writer alone: a mark is the number of the newest row.
-- name: activity_mark
SELECT CAST(COALESCE(MAX(no), 0) AS TEXT) FROM activity;

-- name: activity_since
SELECT * FROM activity_seen WHERE account_no = $1 AND no > CAST($2 AS BIGINT) ORDER BY no DESC LIMIT $3;

-- name: activity_sweep
DELETE FROM activity WHERE no IN (SELECT a.no FROM activity a WHERE a.at_ms < $1 ORDER BY a.at_ms LIMIT $2);

-- Whatever was done.
-- name: activity_count
SELECT COUNT(*) FROM activity WHERE account_no = $1 AND {wanted};

-- name: activity_before
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND no < $3
ORDER BY no DESC LIMIT $4
-- index: activity_by_account
;

-- name: activity_after
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND no > $3
ORDER BY no LIMIT $4
-- index: activity_by_account
;

-- To one kind of things.
-- name: activity_kind_count
SELECT COUNT(*) FROM activity WHERE account_no = $1 AND {wanted} AND resource = $3;

-- name: activity_kind_before
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND resource = $3 AND no < $4
ORDER BY no DESC LIMIT $5
-- index: activity_by_resource
;

-- name: activity_kind_after
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND resource = $3 AND no > $4
ORDER BY no LIMIT $5
-- index: activity_by_resource
;

-- One action alone.
-- name: activity_action_count
SELECT COUNT(*) FROM activity WHERE account_no = $1 AND {wanted} AND action = $3;

-- name: activity_action_before
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND action = $3 AND no < $4
ORDER BY no DESC LIMIT $5
-- index: activity_by_action
;

-- name: activity_action_after
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND action = $3 AND no > $4
ORDER BY no LIMIT $5
-- index: activity_by_action
;

-- To one thing.
-- name: activity_thing_count
SELECT COUNT(*) FROM activity WHERE account_no = $1 AND {wanted} AND resource = $3 AND resource_no = $4;

-- name: activity_thing_before
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND resource = $3 AND resource_no = $4 AND no < $5
ORDER BY no DESC LIMIT $6
-- index: activity_by_thing
;

-- name: activity_thing_after
SELECT * FROM activity_seen
WHERE account_no = $1 AND {wanted} AND resource = $3 AND resource_no = $4 AND no > $5
ORDER BY no LIMIT $6
-- index: activity_by_thing
;
