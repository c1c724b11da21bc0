-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_view (
  view_id BIGINT,
  view_uuid VARCHAR,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  schema_id BIGINT,
  view_name VARCHAR,
  dialect VARCHAR,
  sql VARCHAR,
  column_aliases VARCHAR
);
