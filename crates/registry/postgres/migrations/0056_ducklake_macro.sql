-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_macro (
  schema_id BIGINT,
  macro_id BIGINT,
  macro_name TEXT COLLATE "C",
  begin_snapshot BIGINT,
  end_snapshot BIGINT
);
