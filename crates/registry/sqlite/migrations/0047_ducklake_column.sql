CREATE TABLE ducklake_column (
  column_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  table_id BIGINT,
  column_order BIGINT,
  column_name VARCHAR,
  column_type VARCHAR,
  initial_default VARCHAR,
  default_value VARCHAR,
  nulls_allowed BIGINT,
  parent_column BIGINT,
  default_value_type VARCHAR,
  default_value_dialect VARCHAR
);
