-- Which transaction wrote a row: several write at the same time, and their rows are seen in the order of the commits, not of the numbers.
ALTER TABLE activity ADD COLUMN transaction_id {transaction_id};
CREATE INDEX activity_by_transaction ON activity(account_no, transaction_id, no) WHERE transaction_id IS NOT NULL;
