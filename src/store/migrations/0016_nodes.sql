-- Many servers on one database.
-- news: grows when another node changed something that this one is to look at. until_ms: by the database's clock; from then on others bury the node, and what it held is free.
CREATE TABLE node (
  no {serial},
  name TEXT NOT NULL,
  until_ms BIGINT NOT NULL,
  news BIGINT NOT NULL DEFAULT 0,
  create_ms BIGINT NOT NULL
);

-- node_no: who has the sender's lane, 0 nobody.
ALTER TABLE sender DROP COLUMN owner;
ALTER TABLE sender DROP COLUMN lease_ms;
ALTER TABLE sender ADD COLUMN node_no BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sender_by_node ON sender(node_no) WHERE deleted_ms IS NULL;

-- node_no: who applies it, the node of its number when it came; 0 the first node.
ALTER TABLE inbox ADD COLUMN node_no BIGINT NOT NULL DEFAULT 0;
CREATE INDEX inbox_by_node ON inbox(node_no, no);
