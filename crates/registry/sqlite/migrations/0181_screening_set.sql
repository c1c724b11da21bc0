CREATE TABLE screening_set (
  id TEXT NOT NULL PRIMARY KEY,
  label BLOB NOT NULL REFERENCES label (id),
  owner TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  screened_at BIGINT,
  content TEXT NOT NULL
);
