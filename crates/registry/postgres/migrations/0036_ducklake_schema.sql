CREATE TABLE ducklake_schema (
  schema_id BIGINT PRIMARY KEY,
  schema_uuid TEXT COLLATE "C",
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  schema_name TEXT COLLATE "C",
  path TEXT COLLATE "C",
  path_is_relative BIGINT
);
