-- An import's batch that is partly written: where it ends in the file, how many contacts it has, and how many of them, in the
-- order of numbers, are written. 0 when there is none.
ALTER TABLE import ADD COLUMN batch_end_bytes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN batch_size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN batch_rows BIGINT NOT NULL DEFAULT 0;
