-- What holds a campaign or a sender: model/hold.h. hold: the reason; hold_remedy: what lifts it; hold_code: Meta's code, null none;
-- hold_until_ms: when it is judged or ends by itself, null when it does not.
DROP VIEW campaign_seen;
ALTER TABLE campaign ADD COLUMN hold_rule BIGINT;
ALTER TABLE campaign ADD COLUMN hold_code BIGINT;
ALTER TABLE campaign ADD COLUMN hold_remedy TEXT;
ALTER TABLE campaign ADD COLUMN hold_until_ms BIGINT;
UPDATE campaign SET hold_rule = CASE hold_by WHEN 'person' THEN 1 ELSE 2 END, hold_remedy = 'Resume it to go on.' WHERE hold IS NOT NULL;
ALTER TABLE campaign DROP COLUMN hold_by;
CREATE INDEX campaign_hold_ends ON campaign(hold_until_ms) WHERE hold_until_ms IS NOT NULL;

-- canary: the first recipients, after whom it is held for canary_wait_min and judged, 0 none; canary_taken: of them, claimed.
-- brake: percent of failures above which it is held, 0 never; brake_from_ms: what was handed over before is not looked at.
ALTER TABLE campaign ADD COLUMN canary BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN canary_wait_min BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN canary_taken BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN brake BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN brake_from_ms BIGINT NOT NULL DEFAULT 0;

DROP VIEW sender_seen;
ALTER TABLE sender ADD COLUMN hold_rule BIGINT;
ALTER TABLE sender ADD COLUMN hold_code BIGINT;
ALTER TABLE sender ADD COLUMN hold_remedy TEXT;
ALTER TABLE sender ADD COLUMN hold_until_ms BIGINT;
UPDATE sender SET hold_rule = 2, hold_remedy = 'Resume it to go on.' WHERE hold IS NOT NULL;
CREATE INDEX sender_hold_ends ON sender(hold_until_ms) WHERE hold_until_ms IS NOT NULL;

CREATE VIEW sender_seen AS
SELECT s.no, s.account_no, s.name, s.code, s.phone_number_id, s.waba_id, s.status, s.quality, s.tier, s.limit_mps, s.rate_cap, s.hold,
  s.hold_ms, s.create_ms, s.update_ms, s.portfolio_no, p.limit_24h, s.hold_rule, s.hold_code, s.hold_remedy, s.hold_until_ms
FROM sender s LEFT JOIN portfolio p ON p.no = s.portfolio_no WHERE s.deleted_ms IS NULL;

CREATE VIEW campaign_seen AS
SELECT c.no, c.account_no, c.name, c.status, c.sender_no, c.template_no, c.audience_no, c.sender_name, c.schedule_ms, c.deadline_ms,
  c.start_ms, c.end_ms, c.on_unconfirmed, c.late_start_min, c.rate, c.frozen, c.hold, c.hold_rule, c.hold_ms, c.create_ms, c.update_ms,
  c.on_capped, c.hold_code, c.hold_remedy, c.hold_until_ms, c.canary, c.canary_wait_min, c.canary_taken, c.brake,
  s.hold AS sender_hold, s.hold_rule AS sender_hold_rule, s.hold_ms AS sender_hold_ms, s.hold_code AS sender_hold_code,
  s.hold_remedy AS sender_hold_remedy, s.hold_until_ms AS sender_hold_until_ms
FROM campaign c LEFT JOIN sender s ON s.no = c.sender_no WHERE c.deleted_ms IS NULL;
