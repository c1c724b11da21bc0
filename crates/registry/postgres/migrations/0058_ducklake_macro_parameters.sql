-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_macro_parameters (
  macro_id BIGINT,
  impl_id BIGINT,
  column_id BIGINT,
  parameter_name TEXT COLLATE "C",
  parameter_type TEXT COLLATE "C",
  default_value TEXT COLLATE "C",
  default_value_type TEXT COLLATE "C"
);
