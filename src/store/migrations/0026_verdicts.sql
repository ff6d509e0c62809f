-- said_ms: when WhatsApp said the word that is kept; watch_ms: when it was last to be asked because a campaign is held for the template.
ALTER TABLE template ADD COLUMN said_ms BIGINT;
ALTER TABLE template ADD COLUMN watch_ms BIGINT;
UPDATE template SET errand_ms = 1, tries = 0 WHERE errand_ms IS NULL AND meta_id IS NOT NULL AND deleted_ms IS NULL AND no IN (
  SELECT template_no FROM campaign WHERE status = 1 AND (hold_rule = 3 OR (hold_rule = 2 AND hold_code = 132015)));

-- decide: what a person says of all that is unconfirmed, model/campaign.h, 0 nothing; of rows in doubt since decide_ms at the latest, up to
-- decide_seq done. canary_until_ms: when the first recipients are to be judged, whoever else holds it meanwhile; null they are not.
ALTER TABLE campaign ADD COLUMN decide BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN decide_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN decide_ms BIGINT;
ALTER TABLE campaign ADD COLUMN canary_until_ms BIGINT;
UPDATE campaign SET canary_until_ms = hold_until_ms WHERE hold_rule = 8;
CREATE INDEX campaign_to_decide ON campaign(no) WHERE decide <> 0;

-- tried_ms: the first try of a message that WhatsApp held back; null it was not.
ALTER TABLE ledger ADD COLUMN tried_ms BIGINT;

-- red: 0 its quality is not red, 1 it is and was held for it, 2 it is and something else held it then.
ALTER TABLE sender ADD COLUMN red BIGINT NOT NULL DEFAULT 0;
UPDATE sender SET red = 1 WHERE quality = 'RED';
