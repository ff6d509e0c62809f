-- Media: files, and Meta's ids for them. The bytes lie in the media folder beside the data, under their sha256.

CREATE TABLE media (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  kind BIGINT NOT NULL,
  mime_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  file_name TEXT,
  url TEXT,
  deleted_ms BIGINT,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX media_by_content ON media(account_no, sha256, mime_type) WHERE deleted_ms IS NULL;
CREATE INDEX media_by_account ON media(account_no, no);
CREATE INDEX media_by_file ON media(sha256) WHERE deleted_ms IS NULL;

CREATE VIEW media_seen AS
SELECT no, account_no, kind, mime_type, size, sha256, file_name, url, create_ms, update_ms, deleted_ms FROM media;

-- What was fetched from an address a short while ago is not fetched again. hash: sha256 of the URL.
CREATE TABLE media_url (
  account_no BIGINT NOT NULL,
  hash {blob} NOT NULL,
  media_no BIGINT NOT NULL,
  fetch_ms BIGINT NOT NULL,
  PRIMARY KEY (account_no, hash)
) {without_rowid};

-- A medium as the phone number of a sender knows it at Meta. purpose: 0 an id to send with, 1 a handle for samples.
-- errand_ms: when to deal with Meta next (upload, renew); null when there is nothing to do. expire_ms: when Meta forgets
-- meta_id. refused_ms, reason: that and why the last try failed; refused_ms null: it will be tried again.
CREATE TABLE media_at_meta (
  media_no BIGINT NOT NULL REFERENCES media(no),
  sender_no BIGINT NOT NULL REFERENCES sender(no),
  purpose BIGINT NOT NULL,
  meta_id TEXT,
  upload_ms BIGINT,
  expire_ms BIGINT,
  errand_ms BIGINT,
  tries BIGINT NOT NULL DEFAULT 0,
  refused_ms BIGINT,
  reason TEXT,
  PRIMARY KEY (media_no, sender_no, purpose)
) {without_rowid};
CREATE INDEX media_at_meta_by_errand ON media_at_meta(errand_ms) WHERE errand_ms IS NOT NULL;

-- What a template shows: its media from 0 on, the header's or the cards' in their order.
CREATE TABLE template_media (
  template_no BIGINT NOT NULL REFERENCES template(no),
  place BIGINT NOT NULL,
  media_no BIGINT NOT NULL REFERENCES media(no),
  PRIMARY KEY (template_no, place)
) {without_rowid};
CREATE INDEX template_media_by_media ON template_media(media_no);
