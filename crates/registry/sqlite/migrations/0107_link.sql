-- When a partner was last reached, or reached this node, and what was wrong last.
CREATE TABLE link (
  partner TEXT NOT NULL PRIMARY KEY,
  seen_at BIGINT,
  failed_at BIGINT,
  problem TEXT
);
