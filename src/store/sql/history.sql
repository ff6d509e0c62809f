-- What a sender has sent: see store/history.h.

-- name: history_sent
SELECT CAST(COALESCE(SUM(t.n), 0) AS BIGINT) FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 4 AND t.bucket >= $4
WHERE c.account_no = $1 AND c.sender_no = $2 AND (c.end_ms IS NULL OR c.end_ms >= $3);

-- name: history_countries
SELECT t.bucket, t.n FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 9
WHERE c.account_no = $1 AND c.sender_no = $2;

-- name: history_minute
SELECT CAST(COALESCE(SUM(t.n), 0) AS BIGINT) FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 4 AND t.bucket = $2
WHERE c.status = 1 AND c.sender_no = $1;

-- name: history_campaign_minute
SELECT n FROM tally WHERE campaign_no = $1 AND kind = 4 AND bucket = $2;

-- name: history_capped
SELECT COUNT(*) FROM capped k JOIN contact c ON c.audience_no = $2 AND c.number = k.number AND c.until_v IS NULL
WHERE k.account_no = $1 AND k.at_ms > $3;
