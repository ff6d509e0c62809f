-- The log of an account: model/activity.h. resource: the kind of a public id, resource_no and resource_sub what the id is made of;
-- key_no and key_name: of actor 1.
CREATE TABLE activity (
  no {serial},
  account_no BIGINT NOT NULL REFERENCES account(no),
  at_ms BIGINT NOT NULL,
  actor BIGINT NOT NULL,
  key_no BIGINT,
  key_name TEXT,
  action BIGINT NOT NULL,
  resource BIGINT NOT NULL,
  resource_no BIGINT NOT NULL,
  resource_sub BIGINT NOT NULL,
  name TEXT NOT NULL,
  detail TEXT
);
CREATE VIEW activity_seen AS
SELECT no, account_no, at_ms, actor, key_no, key_name, action, resource_no, resource_sub, name, detail, resource FROM activity;

CREATE INDEX activity_by_account ON activity(account_no, no);
CREATE INDEX activity_by_action ON activity(account_no, action, no);
CREATE INDEX activity_by_resource ON activity(account_no, resource, no);
CREATE INDEX activity_by_thing ON activity(account_no, resource, resource_no, no);
CREATE INDEX activity_by_time ON activity(at_ms);

-- failing: an event of it was refused again and again, and none taken since.
ALTER TABLE hook ADD COLUMN failing BIGINT NOT NULL DEFAULT 0;
