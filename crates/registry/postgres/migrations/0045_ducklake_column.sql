CREATE TABLE ducklake_column (
  column_id BIGINT,
  begin_snapshot BIGINT,
  end_snapshot BIGINT,
  table_id BIGINT,
  column_order BIGINT,
  column_name TEXT COLLATE "C",
  column_type TEXT COLLATE "C",
  initial_default TEXT COLLATE "C",
  default_value TEXT COLLATE "C",
  nulls_allowed BIGINT,
  parent_column BIGINT,
  default_value_type TEXT COLLATE "C",
  default_value_dialect TEXT COLLATE "C"
);
