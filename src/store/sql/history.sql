-- What a sender has sent: see store/history.h.

-- name: history_sent
SELECT CAST(COALESCE(SUM(t.n), 0) AS BIGINT) FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 4 AND t.bucket >= $4
WHERE c.account_no = $1 AND c.sender_no = $2 AND (c.end_ms IS NULL OR c.end_ms >= $3);

-- name: history_countries
SELECT t.bucket, t.n FROM campaign c JOIN tally t ON t.campaign_no = c.no AND t.kind = 9
WHERE c.account_no = $1 AND c.sender_no = $2;
