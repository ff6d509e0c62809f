-- resume_ms: when the last hold of it was lifted. What comes late of messages that were handed over before holds it no more.
ALTER TABLE campaign ADD COLUMN resume_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sender ADD COLUMN resume_ms BIGINT NOT NULL DEFAULT 0;
