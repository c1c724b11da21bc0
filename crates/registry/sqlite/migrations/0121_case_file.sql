CREATE TABLE case_file (
  id TEXT NOT NULL PRIMARY KEY,
  label BLOB NOT NULL REFERENCES label (id),
  open BIGINT NOT NULL,
  owner TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
