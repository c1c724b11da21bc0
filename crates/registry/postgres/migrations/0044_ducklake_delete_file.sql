-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_delete_file (
  delete_file_id BIGINT PRIMARY KEY,
  table_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  data_file_id BIGINT,
  path TEXT COLLATE "C",
  path_is_relative BIGINT,
  format TEXT COLLATE "C",
  delete_count BIGINT,
  file_size_bytes BIGINT,
  footer_size BIGINT,
  encryption_key TEXT COLLATE "C",
  partial_max BIGINT
);
