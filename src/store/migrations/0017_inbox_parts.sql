-- phone: of a webhook that speaks of several numbers, the one whose events this row stands for, '' those of none; NULL all of them.
ALTER TABLE inbox ADD COLUMN phone TEXT;
