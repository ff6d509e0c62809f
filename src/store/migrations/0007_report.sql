-- Figures by country. country: the two letters of its ISO 3166 code as a number, first * 26 + second, A = 0, plus 1; 0 unknown.
ALTER TABLE contact ADD COLUMN country BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN country BIGINT NOT NULL DEFAULT 0;
