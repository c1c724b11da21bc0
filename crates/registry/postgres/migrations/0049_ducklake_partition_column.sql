-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_partition_column (
  partition_id BIGINT,
  table_id BIGINT,
  partition_key_index BIGINT,
  column_id BIGINT,
  transform TEXT COLLATE "C"
);
