-- Single messages. Those of one sender are the rows of one campaign of kind 1, and each has a contact of its own in that
-- campaign's audience, with the values for its placeholders: so claims, records, webhooks, counters and public ids are the same
-- for them as for all others. Clients see neither: deleted_ms of the two, and of the template that stands in, is 0.
ALTER TABLE campaign ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX campaign_of_singles ON campaign(sender_no) WHERE kind = 1;
CREATE INDEX campaign_by_start ON campaign(account_no, start_ms, no) WHERE kind = 0;

-- What a message of a campaign takes from its campaign. template_no null: free content. test_of: the campaign that is tried out.
-- expire_ms: not sent from then on.
CREATE TABLE single (
  campaign_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  account_no BIGINT NOT NULL REFERENCES account(no),
  template_no BIGINT REFERENCES template(no),
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  url TEXT,
  media_no BIGINT,
  filename TEXT,
  button_type TEXT,
  button_text TEXT,
  button_value TEXT,
  payload TEXT,
  test_of BIGINT,
  create_ms BIGINT NOT NULL,
  expire_ms BIGINT NOT NULL,
  PRIMARY KEY (campaign_no, seq)
) {without_rowid};
CREATE INDEX single_by_time ON single(account_no, create_ms, campaign_no, seq);
CREATE INDEX single_test ON single(account_no, create_ms) WHERE test_of IS NOT NULL;

ALTER TABLE inbound ADD COLUMN country BIGINT NOT NULL DEFAULT 0;
CREATE INDEX inbound_by_time ON inbound(account_no, create_ms, no);

-- Of a single message, start_ms is when it was made. status_no: model/message.h.
DROP VIEW ledger_seen;
CREATE VIEW ledger_seen AS
SELECT l.campaign_no, l.seq, l.state, l.attempts, l.not_before, l.code, l.held, l.claimed_ms, l.doubt_ms, l.accepted_ms,
  l.sent_ms, l.delivered_ms, l.read_ms, l.failed_ms, l.wamid, l.detail,
  c.account_no, c.name AS campaign_name, c.sender_no, c.audience_no, t.no AS template_no,
  COALESCE(s.create_ms, c.start_ms) AS start_ms,
  ct.no AS contact_no, ct.first_no, ct.number, ct.first_name, ct.last_name, ct.custom1, ct.custom2, ct.tags, ct.fields,
  ct.create_ms, ct.update_ms, c.sender_name, t.text AS template_text, c.no AS own_no,
  c.kind, s.template_no AS single_template_no, s.type AS single_type, s.text AS single_text, s.payload, s.test_of, s.expire_ms,
  c.start_ms AS campaign_start_ms,
  CASE l.state WHEN 0 THEN 0 WHEN 4 THEN 2 WHEN 5 THEN 3 WHEN 6 THEN 4
    WHEN 7 THEN CASE WHEN l.accepted_ms IS NULL THEN 6 ELSE 5 END
    WHEN 8 THEN CASE WHEN l.code = 4 THEN 7 ELSE 6 END
    WHEN 9 THEN 6 ELSE 1 END AS status_no,
  t.type AS template_type
FROM ledger l
JOIN campaign c ON c.no = l.campaign_no
LEFT JOIN single s ON c.kind = 1 AND s.campaign_no = l.campaign_no AND s.seq = l.seq
JOIN template t ON t.no = COALESCE(s.template_no, c.template_no)
JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no
WHERE c.deleted_ms IS NULL OR c.kind = 1;

-- What a person wrote, as it is listed.
CREATE VIEW inbound_seen AS
SELECT i.no, i.account_no, i.sender_no, i.number, i.wamid, i.type, i.text, i.payload, i.context_id, i.at_ms, i.create_ms, i.country,
  s.name AS sender_name, s.code AS sender_code
FROM inbound i JOIN sender s ON s.no = i.sender_no;
