-- Imports of any size.

-- Where the CSV begins in its file: behind the head of a form's part.
ALTER TABLE import ADD COLUMN begin_bytes BIGINT NOT NULL DEFAULT 0;

-- Of a deleted audience: the contact version as far as which those that no ledger needs are removed; null when all are.
ALTER TABLE audience ADD COLUMN sweep_no BIGINT;
UPDATE audience SET sweep_no = 0 WHERE deleted_ms > 0;
CREATE INDEX audience_to_sweep ON audience(no) WHERE sweep_no IS NOT NULL;
CREATE INDEX campaign_with_contacts ON campaign(audience_no) WHERE snapshot_v IS NOT NULL;
