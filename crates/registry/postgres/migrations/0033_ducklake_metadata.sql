CREATE TABLE ducklake_metadata (
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  scope TEXT COLLATE "C",
  scope_id BIGINT
);
