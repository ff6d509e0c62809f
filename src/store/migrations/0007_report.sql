-- Figures by country. country: the two letters of its ISO 3166 code as a number, first * 26 + second, A = 0, plus 1; 0 unknown.
ALTER TABLE contact ADD COLUMN country BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN country BIGINT NOT NULL DEFAULT 0;

-- Taps on a template's quick replies, each button of a message once. button: the payload that the template gave it.
CREATE TABLE button_reply (
  campaign_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  button TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (campaign_no, seq, button)
) {without_rowid};

CREATE TABLE button_tally (
  campaign_no BIGINT NOT NULL,
  button TEXT NOT NULL,
  text TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (campaign_no, button)
) {without_rowid};

-- A campaign's rows with their contacts. reason: why one failed or was skipped, the code or the rule's negative number.
CREATE VIEW recipient_seen AS
SELECT l.seq, l.campaign_no, ct.audience_no, l.state, l.attempts, l.not_before, l.code, l.held, l.claimed_ms, l.doubt_ms,
  l.accepted_ms, l.sent_ms, l.delivered_ms, l.read_ms, l.failed_ms, l.wamid, l.detail, l.country,
  ct.no AS contact_no, ct.first_no, ct.number, ct.first_name, ct.last_name,
  CASE l.state WHEN 7 THEN COALESCE(l.code, 0) WHEN 8 THEN -l.code END AS reason
FROM ledger l JOIN contact ct ON ct.no = l.contact_no;
