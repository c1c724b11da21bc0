-- When a partner was last reached, or reached this node, and what was wrong last;
-- by how many seconds its clock was ahead of this node's when its receipt came last, negative: behind.
CREATE TABLE link (
  partner TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  seen_at BIGINT,
  failed_at BIGINT,
  problem TEXT COLLATE "C",
  clock_ahead_seconds BIGINT
);
