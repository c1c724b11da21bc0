CREATE TABLE challenge (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  account TEXT,
  content TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
