-- Requests that are safe to make twice: what a request with an Idempotency-Key was answered. Kept as hashes of the key and of
-- the request; the answer is sealed, because some show a secret once.
CREATE TABLE idempotency (
  account_no BIGINT NOT NULL REFERENCES account(no),
  key_hash {blob} NOT NULL,
  request_hash {blob} NOT NULL,
  status BIGINT NOT NULL,
  answer {blob} NOT NULL,
  create_ms BIGINT NOT NULL,
  PRIMARY KEY (account_no, key_hash)
);
CREATE INDEX idempotency_by_age ON idempotency(create_ms);
