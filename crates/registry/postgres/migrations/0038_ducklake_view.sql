-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_view (
  view_id BIGINT,
  view_uuid TEXT COLLATE "C",
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  schema_id BIGINT,
  view_name TEXT COLLATE "C",
  dialect TEXT COLLATE "C",
  sql TEXT COLLATE "C",
  column_aliases TEXT COLLATE "C"
);
