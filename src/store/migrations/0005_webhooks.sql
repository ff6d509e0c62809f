-- The user's webhooks, and the list of opt-outs.

-- event: model/hook.h. waiting: events of it in state 0; delivered, failed, dropped: events ever. last_ms, last_reason: the latest
-- attempt, the reason null when it was taken.
CREATE TABLE hook (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  event BIGINT NOT NULL,
  url TEXT NOT NULL,
  secret {blob} NOT NULL,
  waiting BIGINT NOT NULL DEFAULT 0,
  delivered BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  dropped BIGINT NOT NULL DEFAULT 0,
  last_ms BIGINT,
  last_reason TEXT,
  create_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX hook_by_event ON hook(account_no, event);
CREATE INDEX hook_by_account ON hook(account_no, no);
CREATE INDEX hook_to_serve ON hook(no) WHERE waiting > 0;

CREATE VIEW hook_seen AS
SELECT no, account_no, event, url, waiting, delivered, failed, dropped, last_ms, last_reason, create_ms FROM hook;

-- state: model/hook.h. subject: what the event is of (a message, a campaign); events of one subject go in their order.
-- since_ms: since when it is being tried.
CREATE TABLE hook_event (
  no {serial},
  hook_no BIGINT NOT NULL,
  subject BIGINT NOT NULL,
  state BIGINT NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_ms BIGINT NOT NULL,
  since_ms BIGINT NOT NULL,
  http_status BIGINT,
  reason TEXT,
  create_ms BIGINT NOT NULL,
  done_ms BIGINT
);
CREATE INDEX hook_event_by_hook ON hook_event(hook_no, no);
CREATE INDEX hook_event_waiting ON hook_event(hook_no, no, next_ms) WHERE state = 0;
CREATE INDEX hook_event_in_order ON hook_event(hook_no, subject, no) WHERE state = 0;

CREATE VIEW hook_event_seen AS
SELECT no, hook_no, state, body, attempts, next_ms, http_status, reason, create_ms, done_ms FROM hook_event;

-- Opt-outs get a number, by which they are listed and named.
ALTER TABLE optout RENAME TO optout_unnumbered;
CREATE TABLE optout (
  no {serial},
  account_no BIGINT NOT NULL,
  number TEXT NOT NULL,
  out BIGINT NOT NULL,
  source TEXT NOT NULL,
  text TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
INSERT INTO optout (account_no, number, out, source, text, at_ms)
SELECT account_no, number, out, source, text, at_ms FROM optout_unnumbered ORDER BY at_ms, account_no, number;
DROP TABLE optout_unnumbered;
CREATE UNIQUE INDEX optout_by_number ON optout(account_no, number);
CREATE INDEX optout_by_account ON optout(account_no, no) WHERE out = 1;

CREATE VIEW optout_seen AS
SELECT no, account_no, number, source, text, at_ms FROM optout WHERE out = 1;
