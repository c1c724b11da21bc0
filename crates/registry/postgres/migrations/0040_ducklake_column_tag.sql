-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_column_tag (
  table_id BIGINT,
  column_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  key TEXT COLLATE "C",
  value TEXT COLLATE "C"
);
