-- expired_ms: single messages of a held sender that expired up to then were looked at.
ALTER TABLE campaign ADD COLUMN expired_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX single_by_expiry ON single(campaign_no, expire_ms);
