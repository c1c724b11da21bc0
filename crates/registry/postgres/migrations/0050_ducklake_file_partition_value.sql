-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_file_partition_value (
  data_file_id BIGINT,
  table_id BIGINT,
  partition_key_index BIGINT,
  partition_value TEXT COLLATE "C"
);
