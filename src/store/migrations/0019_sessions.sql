-- A person signed in with an API key: the hash of what their browser's cookie holds. It ends at expire_ms, which moves on with its use.
CREATE TABLE session (
  no {serial},
  key_no BIGINT NOT NULL REFERENCES api_key(no) ON DELETE CASCADE,
  hash {blob} NOT NULL UNIQUE,
  create_ms BIGINT NOT NULL,
  used_ms BIGINT NOT NULL,
  expire_ms BIGINT NOT NULL
);
CREATE INDEX session_by_key ON session(key_no, no);
CREATE INDEX session_by_end ON session(expire_ms);
