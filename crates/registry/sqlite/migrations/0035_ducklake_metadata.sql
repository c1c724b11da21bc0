CREATE TABLE ducklake_metadata (
  key VARCHAR NOT NULL,
  value VARCHAR NOT NULL,
  scope VARCHAR,
  scope_id BIGINT
);
