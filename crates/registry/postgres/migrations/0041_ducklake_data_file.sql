CREATE TABLE ducklake_data_file (
  data_file_id BIGINT PRIMARY KEY,
  table_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  file_order BIGINT,
  path TEXT COLLATE "C",
  path_is_relative BIGINT,
  file_format TEXT COLLATE "C",
  record_count BIGINT,
  file_size_bytes BIGINT,
  footer_size BIGINT,
  row_id_start BIGINT,
  partition_id BIGINT,
  encryption_key TEXT COLLATE "C",
  mapping_id BIGINT,
  partial_max BIGINT
);
