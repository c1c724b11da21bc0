CREATE TABLE release (
  id TEXT NOT NULL PRIMARY KEY,
  what_kind TEXT NOT NULL,
  what_origin TEXT NOT NULL,
  what_id BLOB NOT NULL,
  partner TEXT NOT NULL,
  released_at BIGINT NOT NULL,
  recalled_at BIGINT,
  content TEXT NOT NULL
);
