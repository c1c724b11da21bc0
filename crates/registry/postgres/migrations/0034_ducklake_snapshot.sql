CREATE TABLE ducklake_snapshot (
  snapshot_id BIGINT PRIMARY KEY,
  snapshot_time TEXT COLLATE "C",
  schema_version BIGINT,
  next_catalog_id BIGINT,
  next_file_id BIGINT
);
