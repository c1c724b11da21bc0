-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_file_variant_stats (
  data_file_id BIGINT,
  table_id BIGINT,
  column_id BIGINT,
  variant_path TEXT COLLATE "C",
  shredded_type TEXT COLLATE "C",
  column_size_bytes BIGINT,
  value_count BIGINT,
  null_count BIGINT,
  min_value TEXT COLLATE "C",
  max_value TEXT COLLATE "C",
  contains_nan BIGINT,
  extra_stats TEXT COLLATE "C"
);
