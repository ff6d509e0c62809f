-- The imports of an audience, in the order of their list.
CREATE INDEX import_by_audience ON import(audience_no, no);
