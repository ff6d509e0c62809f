-- The first schema. Words in braces are the seam's (sql/sql.h). Times are milliseconds since the epoch.
-- Public ids are computed from numbers (model/pubid.h), so no table has one.

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value {blob} NOT NULL
);

CREATE TABLE account (
  no {serial},
  username TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  currency TEXT NOT NULL,
  blocked BIGINT NOT NULL DEFAULT 0,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);

CREATE TABLE api_key (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  name TEXT NOT NULL,
  role BIGINT NOT NULL,
  hash {blob} NOT NULL UNIQUE,
  create_ms BIGINT NOT NULL,
  used_ms BIGINT
);
CREATE INDEX api_key_by_account ON api_key(account_no, no);

-- epoch, owner, expiry: the lease of the sender's lane.
CREATE TABLE sender (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  phone_number_id TEXT NOT NULL,
  waba_id TEXT NOT NULL,
  token {blob} NOT NULL,
  app_secret {blob} NOT NULL,
  app_secret_hash {blob} NOT NULL,
  status TEXT NOT NULL,
  quality TEXT NOT NULL,
  tier TEXT NOT NULL,
  limit_mps BIGINT NOT NULL,
  rate_cap BIGINT NOT NULL DEFAULT 0,
  hold TEXT,
  hold_ms BIGINT,
  owner TEXT NOT NULL DEFAULT '',
  epoch BIGINT NOT NULL DEFAULT 0,
  lease_ms BIGINT NOT NULL DEFAULT 0,
  last_claim_ms BIGINT NOT NULL DEFAULT 0,
  evidence_ms BIGINT NOT NULL DEFAULT 0,
  deleted_ms BIGINT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX sender_by_name ON sender(account_no, name) WHERE deleted_ms IS NULL;
CREATE INDEX sender_by_account ON sender(account_no, no);
CREATE INDEX sender_by_code ON sender(account_no, code);
-- One number has one lane, whoever's it is.
CREATE UNIQUE INDEX sender_by_phone ON sender(phone_number_id) WHERE deleted_ms IS NULL;
CREATE INDEX sender_by_secret ON sender(app_secret_hash, waba_id);

CREATE VIEW sender_seen AS
SELECT no, account_no, name, code, phone_number_id, waba_id, status, quality, tier, limit_mps, rate_cap, hold, hold_ms,
  create_ms, update_ms
FROM sender WHERE deleted_ms IS NULL;

-- errand_ms: when to deal with Meta next (submit, poll, delete); null when there is nothing to do.
CREATE TABLE template (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  sender_no BIGINT NOT NULL REFERENCES sender(no),
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  type TEXT NOT NULL,
  status BIGINT NOT NULL,
  category TEXT NOT NULL,
  sender_code TEXT NOT NULL,
  waba_id TEXT NOT NULL,
  language TEXT NOT NULL,
  button_type TEXT,
  button_text TEXT,
  button_value TEXT,
  meta_name TEXT NOT NULL,
  meta_id TEXT,
  meta_status TEXT,
  reason TEXT,
  quality TEXT NOT NULL DEFAULT 'UNKNOWN',
  errand_ms BIGINT,
  tries BIGINT NOT NULL DEFAULT 0,
  deleted_ms BIGINT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX template_by_name ON template(account_no, name) WHERE deleted_ms IS NULL;
CREATE INDEX template_by_account ON template(account_no, no);
CREATE INDEX template_by_meta_id ON template(meta_id);
CREATE INDEX template_by_meta_name ON template(waba_id, meta_name);
CREATE INDEX template_by_errand ON template(errand_ms) WHERE errand_ms IS NOT NULL;

CREATE VIEW template_seen AS
SELECT no, account_no, name, text, type, status, category, sender_code, waba_id, language, button_type, button_text,
  button_value, meta_name, meta_id, meta_status, reason, quality, create_ms, update_ms, sender_no, tries, deleted_ms, errand_ms
FROM template;

-- version: grows with every change; next_no: the next contact version's number.
CREATE TABLE audience (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  name TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 0,
  next_no BIGINT NOT NULL DEFAULT 1,
  n_contacts BIGINT NOT NULL DEFAULT 0,
  deleted_ms BIGINT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX audience_by_name ON audience(account_no, name) WHERE deleted_ms IS NULL;
CREATE INDEX audience_by_account ON audience(account_no, no);

-- One row a version of a contact; the live one has until_v null. first_no names the contact.
CREATE TABLE contact (
  audience_no BIGINT NOT NULL,
  no BIGINT NOT NULL,
  first_no BIGINT NOT NULL,
  since_v BIGINT NOT NULL,
  until_v BIGINT,
  number TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  custom1 TEXT NOT NULL,
  custom2 TEXT NOT NULL,
  tags TEXT NOT NULL,
  fields TEXT NOT NULL,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL,
  PRIMARY KEY (audience_no, no)
) {without_rowid};
CREATE UNIQUE INDEX contact_live_number ON contact(audience_no, number) WHERE until_v IS NULL;
CREATE UNIQUE INDEX contact_live_first ON contact(audience_no, first_no) WHERE until_v IS NULL;

-- The live versions; first_no stands first, as the key of lists.
CREATE VIEW contact_seen AS
SELECT first_no, audience_no, no, number, first_name, last_name, custom1, custom2, tags, fields, create_ms, update_ms
FROM contact WHERE until_v IS NULL;

CREATE TABLE import (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  audience_no BIGINT NOT NULL,
  status BIGINT NOT NULL,
  file TEXT NOT NULL,
  region TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  done_bytes BIGINT NOT NULL DEFAULT 0,
  line BIGINT NOT NULL DEFAULT 0,
  n_rows BIGINT NOT NULL DEFAULT 0,
  added BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  duplicates BIGINT NOT NULL DEFAULT 0,
  invalid BIGINT NOT NULL DEFAULT 0,
  header TEXT,
  error TEXT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE INDEX import_open ON import(no) WHERE status <= 1;

CREATE TABLE import_reject (
  import_no BIGINT NOT NULL,
  line BIGINT NOT NULL,
  text TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (import_no, line)
) {without_rowid};

-- snapshot_v: the audience's version that was frozen; freeze_no: the last contact version looked at, null when all are;
-- next_seq: the next ledger row's; claim_seq: fresh rows up to here are claimed; sweep: 1 queued rows are to be marked
-- canceled, 2 all rows are to be removed, as far as sweep_seq.
CREATE TABLE campaign (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  name TEXT NOT NULL,
  status BIGINT NOT NULL,
  sender_no BIGINT NOT NULL REFERENCES sender(no),
  sender_name TEXT NOT NULL,
  template_no BIGINT NOT NULL REFERENCES template(no),
  audience_no BIGINT NOT NULL REFERENCES audience(no),
  schedule_ms BIGINT,
  deadline_ms BIGINT,
  start_ms BIGINT,
  end_ms BIGINT,
  on_unconfirmed BIGINT NOT NULL DEFAULT 0,
  late_start_min BIGINT NOT NULL,
  rate BIGINT NOT NULL DEFAULT 0,
  hold TEXT,
  hold_by TEXT,
  hold_ms BIGINT,
  snapshot_v BIGINT,
  freeze_no BIGINT NOT NULL DEFAULT 0,
  frozen BIGINT NOT NULL DEFAULT 0,
  next_seq BIGINT NOT NULL DEFAULT 1,
  claim_seq BIGINT NOT NULL DEFAULT 0,
  sweep BIGINT NOT NULL DEFAULT 0,
  sweep_seq BIGINT NOT NULL DEFAULT 0,
  deleted_ms BIGINT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX campaign_by_name ON campaign(account_no, name) WHERE deleted_ms IS NULL;
CREATE INDEX campaign_by_account ON campaign(account_no, no);
CREATE INDEX campaign_by_status ON campaign(account_no, status, no);
CREATE INDEX campaign_due ON campaign(schedule_ms) WHERE status = 0;
CREATE INDEX campaign_running ON campaign(sender_no, no) WHERE status = 1;
CREATE INDEX campaign_to_sweep ON campaign(no) WHERE sweep <> 0;
CREATE INDEX campaign_of_audience ON campaign(audience_no) WHERE status <= 1;
CREATE INDEX campaign_of_template ON campaign(template_no) WHERE status <= 1;

-- The ledger. state and code: model/states.def, Meta's codes or model/rules.def; times null until they happen;
-- doubt_ms: since when the row is unconfirmed.
CREATE TABLE ledger (
  campaign_no BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  contact_no BIGINT NOT NULL,
  state BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  epoch BIGINT,
  not_before BIGINT,
  code BIGINT,
  held BIGINT,
  claimed_ms BIGINT,
  doubt_ms BIGINT,
  accepted_ms BIGINT,
  sent_ms BIGINT,
  delivered_ms BIGINT,
  read_ms BIGINT,
  failed_ms BIGINT,
  wamid TEXT,
  detail TEXT,
  PRIMARY KEY (campaign_no, seq)
) {without_rowid};
CREATE INDEX ledger_retry ON ledger(campaign_no, not_before) WHERE state = 0 AND not_before IS NOT NULL;
CREATE INDEX ledger_in_doubt ON ledger(campaign_no, state) WHERE state = 1 OR state = 2;

-- A campaign as it is read; its counts are in tally.
CREATE VIEW campaign_seen AS
SELECT no, account_no, name, status, sender_no, template_no, audience_no, sender_name, schedule_ms, deadline_ms, start_ms,
  end_ms, on_unconfirmed, late_start_min, rate, frozen, hold, hold_by, hold_ms, create_ms, update_ms
FROM campaign WHERE deleted_ms IS NULL;

-- A ledger row as it is seen from outside.
CREATE VIEW ledger_seen AS
SELECT l.campaign_no, l.seq, l.state, l.attempts, l.not_before, l.code, l.held, l.claimed_ms, l.doubt_ms, l.accepted_ms,
  l.sent_ms, l.delivered_ms, l.read_ms, l.failed_ms, l.wamid, l.detail,
  c.account_no, c.name AS campaign_name, c.sender_no, c.audience_no, c.template_no, c.start_ms,
  ct.no AS contact_no, ct.first_no, ct.number, ct.first_name, ct.last_name, ct.custom1, ct.custom2, ct.tags, ct.fields,
  ct.create_ms, ct.update_ms, c.sender_name, t.text AS template_text, c.no AS own_no
FROM ledger l
JOIN campaign c ON c.no = l.campaign_no
JOIN template t ON t.no = c.template_no
JOIN contact ct ON ct.audience_no = c.audience_no AND ct.no = l.contact_no
WHERE c.deleted_ms IS NULL;

CREATE TABLE tally (
  campaign_no BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  bucket BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (campaign_no, kind, bucket)
) {without_rowid};
CREATE INDEX tally_in_doubt ON tally(campaign_no) WHERE kind = 0 AND bucket = 1 AND n > 0;

CREATE TABLE inbox (
  no {serial},
  hash {blob} NOT NULL,
  body {blob} NOT NULL,
  create_ms BIGINT NOT NULL
);

CREATE TABLE inbox_aside (
  no {serial},
  hash {blob} NOT NULL,
  body {blob} NOT NULL,
  reason TEXT NOT NULL,
  create_ms BIGINT NOT NULL
);

CREATE TABLE inbox_count (
  kind TEXT PRIMARY KEY,
  n BIGINT NOT NULL
);

CREATE TABLE inbound (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  sender_no BIGINT NOT NULL REFERENCES sender(no),
  number TEXT NOT NULL,
  wamid TEXT NOT NULL,
  type TEXT NOT NULL,
  text TEXT NOT NULL,
  payload TEXT NOT NULL,
  context_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  create_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX inbound_once ON inbound(sender_no, wamid);
CREATE INDEX inbound_by_account ON inbound(account_no, no);
CREATE INDEX inbound_by_number ON inbound(sender_no, number, at_ms);

-- out = 0 remembers a START, so that an older STOP that comes late does not win.
CREATE TABLE optout (
  account_no BIGINT NOT NULL,
  number TEXT NOT NULL,
  out BIGINT NOT NULL,
  source TEXT NOT NULL,
  text TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (account_no, number)
) {without_rowid};
