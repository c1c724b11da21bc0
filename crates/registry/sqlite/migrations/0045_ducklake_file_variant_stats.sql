-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_file_variant_stats (
  data_file_id BIGINT,
  table_id BIGINT,
  column_id BIGINT,
  variant_path VARCHAR,
  shredded_type VARCHAR,
  column_size_bytes BIGINT,
  value_count BIGINT,
  null_count BIGINT,
  min_value VARCHAR,
  max_value VARCHAR,
  contains_nan BIGINT,
  extra_stats VARCHAR
);
