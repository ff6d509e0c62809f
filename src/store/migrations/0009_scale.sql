-- Lists that answer at once, however much there is.

-- Contact versions that ended, which ledger rows may still refer to, by number.
CREATE INDEX contact_ended_number ON contact(audience_no, number) WHERE until_v IS NOT NULL;

-- Rows that failed, were left out or canceled: few, and the ones that people look for.
CREATE INDEX ledger_exception ON ledger(campaign_no, seq) WHERE state >= 7;
