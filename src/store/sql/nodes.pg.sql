-- What PostgreSQL alone has: a clock that all nodes share.

-- name: node_clock
SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + 0 * CAST($1 AS BIGINT);
