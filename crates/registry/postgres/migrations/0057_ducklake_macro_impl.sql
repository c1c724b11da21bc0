-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_macro_impl (
  macro_id BIGINT,
  impl_id BIGINT,
  dialect TEXT COLLATE "C",
  sql TEXT COLLATE "C",
  type TEXT COLLATE "C"
);
