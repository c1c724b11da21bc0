-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_sort_info (
  sort_id BIGINT,
  table_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT
);
