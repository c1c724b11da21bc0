CREATE TABLE detector (
  id TEXT NOT NULL PRIMARY KEY,
  enabled BIGINT NOT NULL,
  parameters TEXT NOT NULL,
  file_text TEXT,
  changed_at BIGINT NOT NULL
);
