-- Of the rows of a campaign the few that are asked for by themselves. Beside the table's key, of the same columns, SQLite never takes
-- an index of (campaign_no, seq); of seq + 0 it does, where a statement says so too.
DROP INDEX ledger_exception;
CREATE INDEX ledger_exception ON ledger(campaign_no, (seq + 0)) WHERE state >= 7;
DROP INDEX ledger_in_doubt;
CREATE INDEX ledger_in_doubt ON ledger(campaign_no, (seq + 0)) WHERE state = 1 OR state = 2;

-- Nothing takes this one.
DROP INDEX hook_event_waiting;
