-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_sort_expression (
  sort_id BIGINT,
  table_id BIGINT,
  sort_key_index BIGINT,
  expression TEXT COLLATE "C",
  dialect TEXT COLLATE "C",
  sort_direction TEXT COLLATE "C",
  null_order TEXT COLLATE "C"
);
