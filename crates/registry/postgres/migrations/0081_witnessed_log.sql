-- Partners' journals, as this node last cosigned them.
CREATE TABLE witnessed_log (
  node TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  keys TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  cosigned_at BIGINT,
  problem TEXT COLLATE "C",
  evidence TEXT COLLATE "C"
);
