-- DuckLake 1.0 has this table and DuckDB reads it; Oikos leaves it empty.
CREATE TABLE ducklake_sort_expression (
  sort_id BIGINT,
  table_id BIGINT,
  sort_key_index BIGINT,
  expression VARCHAR,
  dialect VARCHAR,
  sort_direction VARCHAR,
  null_order VARCHAR
);
