CREATE TABLE ducklake_table (
  table_id BIGINT,
  table_uuid TEXT COLLATE "C",
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  schema_id BIGINT,
  table_name TEXT COLLATE "C",
  path TEXT COLLATE "C",
  path_is_relative BIGINT
);
