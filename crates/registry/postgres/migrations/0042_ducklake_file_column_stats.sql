CREATE TABLE ducklake_file_column_stats (
  data_file_id BIGINT,
  table_id BIGINT,
  column_id BIGINT,
  column_size_bytes BIGINT,
  value_count BIGINT,
  null_count BIGINT,
  min_value TEXT COLLATE "C",
  max_value TEXT COLLATE "C",
  contains_nan BIGINT,
  extra_stats TEXT COLLATE "C"
);
