-- Partners' journals, as this node last cosigned them.
CREATE TABLE witnessed_log (
  node TEXT NOT NULL PRIMARY KEY,
  keys TEXT NOT NULL,
  size BIGINT NOT NULL,
  root BLOB NOT NULL,
  cosigned_at BIGINT,
  problem TEXT,
  evidence TEXT
);
