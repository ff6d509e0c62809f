-- The 24-hour budget of business portfolios, whom WhatsApp held back, and when a number's record is asked for.

-- meta_id: the portfolio's id, or `waba:<id>` while only the account is known. limit_24h: people in a moving 24 hours; null when
-- there is no limit or none is known. used: its rows in budget.
CREATE TABLE portfolio (
  no {serial},
  meta_id TEXT NOT NULL UNIQUE,
  limit_24h BIGINT,
  used BIGINT NOT NULL DEFAULT 0
);

-- People who have a place in it. since_ms: the claim that took the place; at_ms: the last claim of a message to them, or the time
-- it was delivered.
CREATE TABLE budget (
  portfolio_no BIGINT NOT NULL REFERENCES portfolio(no),
  number TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (portfolio_no, number)
) {without_rowid};
CREATE INDEX budget_by_time ON budget(portfolio_no, at_ms);

-- refresh_ms: when Meta's record of the number is asked for next.
ALTER TABLE sender ADD COLUMN portfolio_no BIGINT;
ALTER TABLE sender ADD COLUMN refresh_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sender_by_portfolio ON sender(portfolio_no) WHERE portfolio_no IS NOT NULL;
CREATE INDEX sender_to_refresh ON sender(refresh_ms) WHERE deleted_ms IS NULL;

DROP VIEW sender_seen;
CREATE VIEW sender_seen AS
SELECT s.no, s.account_no, s.name, s.code, s.phone_number_id, s.waba_id, s.status, s.quality, s.tier, s.limit_mps, s.rate_cap, s.hold,
  s.hold_ms, s.create_ms, s.update_ms, s.portfolio_no, p.limit_24h
FROM sender s LEFT JOIN portfolio p ON p.no = s.portfolio_no WHERE s.deleted_ms IS NULL;

-- When WhatsApp last held marketing back from a person.
CREATE TABLE capped (
  account_no BIGINT NOT NULL REFERENCES account(no),
  number TEXT {bytewise} NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (account_no, number)
) {without_rowid};

-- caps: how often it did so to this message, null never. on_capped: 0 the message is sent again after a day or more, 1 it has failed.
ALTER TABLE ledger ADD COLUMN caps BIGINT;
ALTER TABLE campaign ADD COLUMN on_capped BIGINT NOT NULL DEFAULT 0;

DROP VIEW campaign_seen;
CREATE VIEW campaign_seen AS
SELECT no, account_no, name, status, sender_no, template_no, audience_no, sender_name, schedule_ms, deadline_ms, start_ms,
  end_ms, on_unconfirmed, late_start_min, rate, frozen, hold, hold_by, hold_ms, create_ms, update_ms, on_capped
FROM campaign WHERE deleted_ms IS NULL;
