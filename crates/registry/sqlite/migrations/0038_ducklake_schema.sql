CREATE TABLE ducklake_schema (
  schema_id BIGINT PRIMARY KEY,
  schema_uuid VARCHAR,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  schema_name VARCHAR,
  path VARCHAR,
  path_is_relative BIGINT
);
