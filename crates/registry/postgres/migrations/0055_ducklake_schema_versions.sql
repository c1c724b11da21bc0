CREATE TABLE ducklake_schema_versions (
  begin_snapshot BIGINT,
  schema_version BIGINT,
  table_id BIGINT
);
