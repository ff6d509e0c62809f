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
