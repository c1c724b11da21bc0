-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_inlined_data_tables (
  table_id BIGINT,
  table_name TEXT COLLATE "C",
  schema_version BIGINT
);
