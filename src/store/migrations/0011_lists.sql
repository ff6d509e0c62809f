-- What one person wrote, in the order in which it is listed.
CREATE INDEX inbound_by_writer ON inbound(account_no, number, create_ms, no);
