-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_table_column_stats (
  table_id BIGINT,
  column_id BIGINT,
  contains_null BIGINT,
  contains_nan BIGINT,
  min_value TEXT COLLATE "C",
  max_value TEXT COLLATE "C",
  extra_stats TEXT COLLATE "C"
);
