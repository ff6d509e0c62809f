-- Nodes and the lanes that they have: see store/nodes.h.

-- name: node_clock
SELECT CAST($1 AS BIGINT);

-- name: node_insert
INSERT INTO node (name, until_ms, create_ms) VALUES ($1, $2, $3) RETURNING no;

-- name: node_renew
UPDATE node SET until_ms = $2 WHERE no = $1;

-- name: node_delete
DELETE FROM node WHERE no = $1;

-- name: node_there
SELECT no FROM node WHERE no = $1 {for_key_share};

-- name: nodes_over
SELECT no FROM node WHERE no <> $1 AND (until_ms <= $2 OR CAST($3 AS BIGINT) = 1) ORDER BY no
-- scan: a row a server
;

-- name: nodes_counted
SELECT COUNT(*), COALESCE(SUM(CASE WHEN no < $1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(no), 0) FROM node
-- scan: a row a server
;

-- name: lanes_counted
SELECT COUNT(*), COALESCE(SUM(CASE WHEN node_no = $1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN node_no = 0 THEN 1 ELSE 0 END), 0)
FROM sender WHERE deleted_ms IS NULL
-- scan: every number of the installation has a lane
;

-- name: lanes_of_all
SELECT no, node_no, epoch FROM sender WHERE deleted_ms IS NULL ORDER BY no
-- scan: every number of the installation has a lane
;

-- name: lanes_freed
UPDATE sender SET node_no = 0 WHERE node_no = $1 AND deleted_ms IS NULL;

-- name: lane_take
UPDATE sender SET epoch = epoch + 1, node_no = $2
WHERE no = $1 AND deleted_ms IS NULL AND (node_no = 0 OR node_no = $2) RETURNING epoch;

-- name: lane_release
UPDATE sender SET node_no = 0 WHERE no = $1 AND node_no = $2 AND epoch = $3;

-- name: node_news
SELECT news FROM node WHERE no = $1;

-- name: nodes_tell
UPDATE node SET news = news + 1 WHERE no IN (SELECT n.no FROM node n WHERE n.no <> $1 ORDER BY n.no {for_update})
-- scan: a row a server
;

-- name: inbox_orphans
UPDATE inbox SET node_no = 0
WHERE node_no <> 0 AND NOT EXISTS (SELECT 1 FROM node WHERE node.no = inbox.node_no)
-- scan: what waits to be applied, a handful
;
