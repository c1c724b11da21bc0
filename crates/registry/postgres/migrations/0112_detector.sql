CREATE TABLE detector (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  enabled BIGINT NOT NULL,
  parameters TEXT COLLATE "C" NOT NULL,
  file_text TEXT COLLATE "C",
  changed_at BIGINT NOT NULL
);
