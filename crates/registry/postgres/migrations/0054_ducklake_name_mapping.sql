-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_name_mapping (
  mapping_id BIGINT,
  column_id BIGINT,
  source_name TEXT COLLATE "C",
  target_field_id BIGINT,
  parent_column BIGINT,
  is_partition BIGINT
);
