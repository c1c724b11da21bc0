-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_column_mapping (
  mapping_id BIGINT,
  table_id BIGINT,
  type TEXT COLLATE "C"
);
